//! Owns the links: each leads somewhere.

use std::path::Path;

use crate::{PAGES, ROOT};

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
