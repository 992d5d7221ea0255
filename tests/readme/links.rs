//! The links: each leads somewhere, and the two languages lead to each other.

use std::path::Path;

use crate::page::Page;
use crate::{CHINESE, ENGLISH, PAGES, ROOT};

/// The name under which a heading is linked.
fn anchor(heading: &str) -> String {
    let kept = |character: &char| character.is_alphanumeric() || [' ', '-', '_'].contains(character);
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    for page in PAGES {
        let anchors: Vec<String> = page.sections().iter().map(|section| anchor(section.heading)).collect();
        for link in page.links() {
            match link.strip_prefix('#') {
                Some(wanted) => {
                    assert!(
                        anchors.iter().any(|known| known == wanted),
                        "{}: no heading for {link}",
                        page.name
                    );
                }
                None if link.starts_with("https://") => {}
                None => assert!(Path::new(ROOT).join(&link).exists(), "{}: no file {link}", page.name),
            }
        }
    }
}

#[test]
fn both_languages_lead_to_each_other_and_to_the_same_places() {
    let elsewhere = |page: Page| -> Vec<String> {
        let mut links: Vec<String> = page.links().into_iter().filter(|link| !link.starts_with('#')).collect();
        links.sort_unstable();
        links
    };
    let (mut english, mut chinese) = (elsewhere(ENGLISH), elsewhere(CHINESE));
    for (links, other) in [(&mut english, CHINESE.name), (&mut chinese, ENGLISH.name)] {
        let before = links.len();
        links.retain(|link| link != other);
        assert_eq!(before, links.len() + 1, "one link to {other}");
    }
    assert_eq!(english, chinese);
}

#[test]
fn the_rust_version_is_that_of_the_manifest() {
    for page in PAGES {
        let version = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"));
        assert!(
            page.text.replace("Rust1", "Rust 1").contains(version),
            "{} does not say {version:?}",
            page.name
        );
    }
}
