//! One pre-hire: the stage, and who it is, made up from the id and the same each time.

use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// Where a pre-hire stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待入职.
    Preboarding,
    /// 准备就绪.
    DayOne,
    /// 已撤销.
    Withdrawn,
    /// 已完成.
    Completed,
    /// 已删除; also what the app may not see.
    Deleted,
}

impl Stage {
    /// Every stage, in the order of the variants.
    pub(crate) const ALL: [Stage; 5] =
        [Stage::Preboarding, Stage::DayOne, Stage::Withdrawn, Stage::Completed, Stage::Deleted];

    /// The word of the API's filters and replies.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Stage::Preboarding => "preboarding",
            Stage::DayOne => "day_one",
            Stage::Withdrawn => "withdrawn",
            Stage::Completed => "completed",
            Stage::Deleted => "deleted",
        }
    }

    /// The name that the API shows to people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Stage::Preboarding => "待入职",
            Stage::DayOne => "准备就绪",
            Stage::Withdrawn => "已撤销",
            Stage::Completed => "已完成",
            Stage::Deleted => "已删除",
        }
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Stage, String> {
        let words = Stage::ALL.map(Stage::word).join(", ");
        let stage = Stage::ALL.into_iter().find(|stage| stage.word() == text);
        stage.ok_or_else(|| format!("expected one of {words}, not \"{text}\""))
    }
}

/// What the simulated API knows of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreHire {
    /// The id, as asked for.
    pub pre_hire_id: String,
    /// Where the pre-hire stands now.
    pub stage: Stage,
    /// How often a withdrawal took effect: more than once is impossible without a restoration.
    pub withdrawn_times: u8,
    /// How often a restoration took effect.
    pub restored_times: u8,
    /// The reason of the last withdrawal.
    pub withdraw_reason: Option<String>,
    /// Who it is.
    #[serde(flatten)]
    pub profile: Profile,
}

/// Family names, and how an e-mail address writes them.
const FAMILY: [(&str, &str); 12] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("欧阳", "ouyang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("司徒", "situ"),
    ("孙", "sun"),
];
const GIVEN: [&str; 16] =
    ["伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "晓梅", "子轩"];
/// Names that a careless reader or writer of CSV files would break, or whose script it would.
const OTHERS: [(&str, &str); 4] = [
    ("Smith, John", "smith"),
    ("O'Brien Anna", "obrien"),
    ("Müller Łukasz", "mueller"),
    ("김 \"민\" 준", "kim"),
];
/// One in so many has one of the other names; another one has no e-mail address yet.
const RARE: u64 = 16;
const DEPARTMENTS: u64 = 8;
const SOURCES: [&str; 4] = ["内部推荐", "校园招聘", "猎头", "官网投递"];
/// Onboarding dates lie so many days around today at most.
const AROUND: u64 = 180;
/// A pre-hire that nobody called was updated so many days ago at most.
const LONGEST_AGO: u64 = 120;

/// Who a pre-hire is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The preferred name.
    pub name: String,
    /// The legal name, which another permission protects.
    pub legal_name: String,
    /// Not everybody has one yet.
    pub work_email: Option<String>,
    /// The worker number.
    pub worker_id: String,
    /// One of eight.
    pub department_id: String,
    /// The day on which the job begins.
    pub onboarding_date: Date,
    /// The day of the last change.
    pub updated_date: Date,
    /// A field of the tenant's own: where the candidate came from.
    pub source: &'static str,
}

impl Profile {
    /// The profile that belongs to an id; `changed`: the pre-hire was withdrawn or restored today.
    pub(crate) fn of(id: &str, today: Date, changed: bool) -> Profile {
        let mut rng = IdRng(hash_of_text(id));
        let (family, latin) = *rng.pick(&FAMILY);
        let given = *rng.pick(&GIVEN);
        let (foreign, foreign_latin) = *rng.pick(&OTHERS);
        let is_foreign = rng.below(RARE) == 0;
        let (name, latin) = if is_foreign {
            (foreign.to_owned(), foreign_latin)
        } else {
            (format!("{family}{given}"), latin)
        };
        let number = rng.below(10_000_000);
        let source = *rng.pick(&SOURCES);
        let has_email = rng.below(RARE) != 0;
        let days = |count: u64| i64::try_from(count).expect("a few hundred").days();
        let before = |count| today.saturating_sub(days(count));
        let onboarding_date = before(AROUND).saturating_add(days(rng.below(2 * AROUND + 1)));
        let last_update = before(1 + rng.below(LONGEST_AGO));
        Profile {
            legal_name: format!("{name}（身份证）"),
            name,
            work_email: has_email.then(|| format!("{latin}.{number:07}@example.com")),
            worker_id: format!("{number:07}"),
            department_id: format!("710000000000000001{}", 1 + rng.below(DEPARTMENTS)),
            onboarding_date,
            updated_date: if changed { today } else { last_update },
            source,
        }
    }
}

/// Numbers that follow from one number.
struct IdRng(u64);

impl IdRng {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % limit
    }

    fn pick<'list, T>(&mut self, list: &'list [T]) -> &'list T {
        &list[self.below(list.len() as u64) as usize]
    }
}

/// A number that depends on every byte of a text.
pub(crate) fn hash_of_text(text: &str) -> u64 {
    // FNV-1a; the constants are its own.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mix(hash)
}

/// A number that depends on every bit of another one (the end of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_stage_is_read_and_serialised_by_its_word() {
        for stage in Stage::ALL {
            assert_eq!(stage.word().parse(), Ok(stage));
            assert_eq!(serde_json::json!(stage), stage.word());
        }
        assert!("Withdrawn".parse::<Stage>().is_err());
    }

    fn everyone() -> Vec<Profile> {
        (0..2000).map(|id: u32| Profile::of(&id.to_string(), date(2026, 3, 1), false)).collect()
    }

    #[test]
    fn an_id_has_one_profile() {
        let profile = |today, changed| Profile::of("7345005664477775407", today, changed);
        let today = date(2026, 3, 1);
        assert_eq!(profile(today, false), profile(today, false));
        assert_eq!(profile(today, true).updated_date, today);
        let later = profile(date(2026, 3, 2), false);
        assert_eq!(later.name, profile(today, false).name);
        assert_eq!(later.onboarding_date, profile(today, false).onboarding_date.saturating_add(1.day()));
    }

    #[test]
    fn the_dates_lie_around_today_and_updates_before_it() {
        let (first, last) = (date(2025, 9, 2), date(2026, 8, 28));
        let today = date(2026, 3, 1);
        let profiles = everyone();
        assert!(profiles.iter().all(|one| (first..=last).contains(&one.onboarding_date)));
        assert!(profiles.iter().all(|one| one.updated_date < today));
        assert!(profiles.iter().any(|one| one.onboarding_date < today));
        assert!(profiles.iter().any(|one| one.onboarding_date > today));
    }

    #[test]
    fn names_departments_and_addresses_are_many_and_some_are_difficult() {
        let profiles = everyone();
        let distinct = |of: fn(&Profile) -> &str| profiles.iter().map(of).collect::<HashSet<_>>().len();
        assert!(distinct(|one| &one.name) > 150);
        assert_eq!(distinct(|one| &one.department_id), 8);
        assert_eq!(distinct(|one| one.source), 4);
        assert!(profiles.iter().any(|one| one.name.contains(',')));
        assert!(profiles.iter().any(|one| one.name.contains('"')));
        let addressless = profiles.iter().filter(|one| one.work_email.is_none()).count();
        assert!((50..250).contains(&addressless), "{addressless}");
    }

    #[test]
    fn neighbours_are_mixed_apart() {
        let texts: HashSet<u64> =
            (0..1000).map(|count| hash_of_text(&count.to_string()) % 1_000_000).collect();
        let numbers: HashSet<u64> = (0..1000).map(|count| mix(count) % 1_000_000).collect();
        assert!(texts.len() > 990 && numbers.len() > 990);
        assert_eq!(hash_of_text("7345005664477775407"), hash_of_text("7345005664477775407"));
    }
}
