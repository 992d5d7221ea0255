//! The pages of one search: which comes next, and when they are broken. It never goes on for ever, whatever the
//! server says, and never takes a half for the whole.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::feishu::{More, PageToken, SearchPage, SearchQuery};
use crate::model::{PageFault, PreHire};

/// No tenant has ten million pre-hires.
const MOST_PAGES: usize = 100_000;

/// One search, page by page.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    query: SearchQuery,
    next: Option<Cursor>,
    most_pages: usize,
    pages: usize,
    without_id: usize,
    // Hashes, so that a search of any length needs little memory.
    tokens: HashSet<u64>,
    seen: HashSet<u64>,
}

#[derive(Clone, Debug)]
enum Cursor {
    First,
    At(PageToken),
}

impl Pager {
    /// A search that has not begun.
    #[must_use]
    pub(crate) fn new(query: SearchQuery) -> Self {
        let most_pages = match &query {
            // Somebody is on each page, so there are no more pages than people.
            SearchQuery::Ids(ids) => ids.as_slice().len(),
            SearchQuery::Filter(_) => MOST_PAGES,
        };
        Pager {
            query,
            next: Some(Cursor::First),
            most_pages,
            pages: 0,
            without_id: 0,
            tokens: HashSet::new(),
            seen: HashSet::new(),
        }
    }

    /// Entries so far that had no id, and were left out.
    #[must_use]
    pub(crate) const fn without_id(&self) -> usize {
        self.without_id
    }

    /// The page to ask for; `None` when all are there.
    pub(super) fn next(&self) -> Option<(&SearchQuery, Option<&PageToken>)> {
        let place = match self.next.as_ref()? {
            Cursor::First => None,
            Cursor::At(token) => Some(token),
        };
        Some((&self.query, place))
    }

    /// Takes the page that was asked for.
    ///
    /// # Errors
    /// When it leads nowhere; the search is over.
    pub(super) fn take(&mut self, page: SearchPage) -> Result<Vec<PreHire>, PageFault> {
        self.next = None;
        self.pages += 1;
        self.without_id += page.without_id;
        match page.more {
            More::No => {}
            More::MissingCursor => return Err(PageFault::NoToken),
            More::At(_) if page.pre_hires.is_empty() => return Err(PageFault::EmptyPage),
            More::At(token) => {
                if !self.tokens.insert(hash(&token)) {
                    return Err(PageFault::RepeatedToken);
                }
                let ids: Vec<_> = page.pre_hires.iter().map(|pre_hire| pre_hire.id).collect();
                if !self.seen.insert(hash(&ids)) {
                    return Err(PageFault::RepeatedPage);
                }
                if self.pages >= self.most_pages {
                    return Err(PageFault::TooMany);
                }
                self.next = Some(Cursor::At(token));
            }
        }
        Ok(page.pre_hires)
    }
}

fn hash(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::feishu::{SearchFilter, SearchedIds};
    use crate::model::PreHireId;

    fn somebody(number: u32) -> PreHire {
        let id = PreHireId::parse(&number.to_string(), true).expect("an id");
        PreHire { id, name: None, stage: None, onboarding_date: None, work_email: None }
    }

    fn page(people: impl IntoIterator<Item = u32>, more: More) -> SearchPage {
        SearchPage { pre_hires: people.into_iter().map(somebody).collect(), without_id: 0, more }
    }

    fn at(token: &str) -> More {
        More::At(PageToken(token.to_owned()))
    }

    fn everybody() -> Pager {
        Pager::new(SearchQuery::Filter(SearchFilter::default()))
    }

    fn token_of(pager: &Pager) -> Option<Option<String>> {
        pager.next().map(|(_, token)| token.map(|token| token.0.clone()))
    }

    #[test]
    fn pages_follow_their_tokens_until_there_is_no_more() {
        let mut pager = everybody();
        assert_eq!(token_of(&pager), Some(None));
        assert_eq!(pager.take(page([1, 2], at("a"))).map(|found| found.len()), Ok(2));
        assert_eq!(token_of(&pager), Some(Some("a".to_owned())));
        assert_eq!(pager.take(page([3], at("b"))).map(|found| found.len()), Ok(1));
        assert_eq!(pager.take(page([], More::No)), Ok(Vec::new()), "an empty last page is no fault");
        assert_eq!(token_of(&pager), None);
    }

    #[test]
    fn pages_that_lead_nowhere_end_the_search() {
        let fault = |pages: Vec<SearchPage>| {
            let mut pager = everybody();
            let fault = pages.into_iter().find_map(|page| pager.take(page).err());
            assert_eq!(token_of(&pager), None, "it does not go on");
            fault
        };
        assert_eq!(fault(vec![page([1], More::MissingCursor)]), Some(PageFault::NoToken));
        assert_eq!(fault(vec![page([], at("a"))]), Some(PageFault::EmptyPage));
        let repeated = vec![page([1], at("a")), page([2], at("b")), page([3], at("a"))];
        assert_eq!(fault(repeated), Some(PageFault::RepeatedToken));
        let same = vec![page([1, 2], at("a")), page([3], at("b")), page([1, 2], at("c"))];
        assert_eq!(fault(same), Some(PageFault::RepeatedPage));
    }

    #[test]
    fn a_search_for_ids_has_no_more_pages_than_ids() {
        let ids = (1..=3).map(|number| somebody(number).id).collect();
        let mut pager = Pager::new(SearchQuery::Ids(SearchedIds::new(ids).expect("ids")));
        assert!(pager.take(page([1], at("a"))).is_ok() && pager.take(page([2], at("b"))).is_ok());
        assert_eq!(pager.clone().take(page([3], More::No)).map(|found| found.len()), Ok(1));
        assert_eq!(pager.take(page([3], at("c"))), Err(PageFault::TooMany));
    }

    proptest! {
        #[test]
        fn no_server_keeps_it_going_for_ever(
            pages in proptest::collection::vec((0_u32..6, 0_u8..6, any::<bool>()), 80),
            ids in 1_u32..40,
        ) {
            let asked = (0..ids).map(|number| somebody(number).id).collect();
            let queries = [SearchQuery::Ids(SearchedIds::new(asked).expect("ids")), SearchQuery::Filter(SearchFilter::default())];
            for query in queries {
                let mut pager = Pager::new(query);
                let mut taken = 0;
                for (people, token, has_more) in &pages {
                    if pager.next().is_none() {
                        break;
                    }
                    let more = if *has_more { at(&token.to_string()) } else { More::No };
                    taken += 1;
                    let _ = pager.take(page(0..*people, more));
                }
                // Six tokens, six sets of people: whatever comes after that was there before.
                prop_assert!(taken <= 7);
                prop_assert!(pager.next().is_none());
            }
        }
    }
}
