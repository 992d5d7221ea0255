//! The laws of the layout, as far as words can show a breach.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the house, from the ground up: a room imports those above it in this list, and no other.
const LAYERS: [&str; 17] = [
    "language",
    "model",
    "pace",
    "journal",
    "store",
    "input",
    "feishu",
    "plan",
    "send",
    "job",
    "preflight",
    "results",
    "cli",
    "settings",
    "report",
    "app",
    "main",
];

#[test]
fn no_room_imports_a_later_one() {
    let mut seen = [false; LAYERS.len()];
    let mut arrows = Vec::new();
    for path in files() {
        let room = room_of(&path);
        if room == "lib" {
            continue;
        }
        let rank = rank(&room).unwrap_or_else(|| panic!("{} stands in no room of the list", path.display()));
        seen[rank] = true;
        let text = fs::read_to_string(&path).unwrap();
        arrows.extend(arrows_up(&room, &text).iter().map(|to| format!("{room} -> {to}")));
    }
    assert!(arrows.is_empty(), "arrows back up:\n{}", arrows.join("\n"));
    assert!(seen.into_iter().all(|seen| seen), "a room of the list is not there");
}

#[test]
fn an_arrow_back_up_is_found_wherever_it_stands() {
    let text = "use crate::report::Log;\nuse crate::{language::Text, app};\nfn f() { crate::cli::f() }\n";
    assert_eq!(arrows_up("send", text), ["report", "app", "cli"]);
    // Comments, texts and tests draw no arrow, and a text does not hide what stands behind it.
    let text = "// crate::app\nconst A: &str = \"http://crate::app\"; use crate::app::X;\n\
                #[cfg(test)]\nmod tests { use crate::report::Log; }\n";
    assert_eq!(arrows_up("send", text), ["app"]);
    assert!(arrows_up("app", "use crate::send::Row;").is_empty());
    assert!(arrows_up("send", "use crate::send::Row; use crate::model::Status;").is_empty());
}

#[test]
fn standard_error_has_one_owner() {
    let owners = ["report/log.rs", "input/workbook/apart.rs"].map(|name| source().join(name));
    for path in files().into_iter().filter(|path| !owners.contains(path)) {
        let code = code_of(&fs::read_to_string(&path).unwrap()).replace("io::stderr().is_terminal", "");
        for word in ["io::stderr()", "eprint"] {
            assert!(!code.contains(word), "{} writes to standard error by itself", path.display());
        }
    }
}

/// The rooms that a file of `room` may not import, and does.
fn arrows_up(room: &str, text: &str) -> Vec<String> {
    let own = rank(room).expect("a room of the list");
    let is_up = |to: &String| rank(to).is_some_and(|rank| rank > own);
    imports(&code_of(text)).into_iter().filter(is_up).collect()
}

/// The first names of all paths that begin with `crate::`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        let rest = &code[place + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => &group[..group.find(';').unwrap_or(group.len())],
            None => rest,
        };
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        if rest.starts_with('{') {
            let mut depth = 0;
            let mut name = String::new();
            for character in names.chars().chain([',']) {
                match character {
                    '{' => depth += 1,
                    '}' if depth > 0 => depth -= 1,
                    ',' | '}' if depth == 0 => {
                        found.push(std::mem::take(&mut name).split(':').next().unwrap_or("").to_owned());
                    }
                    character if depth == 0 && !character.is_whitespace() => name.push(character),
                    _ => {}
                }
            }
        } else {
            found.push(names.chars().take_while(|character| is_name(*character)).collect());
        }
    }
    found
}

fn rank(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == room)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(source()).expect("a file of the source");
    let first = inside.components().next().expect("it has a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every file of the source.
fn files() -> Vec<PathBuf> {
    let mut folders = vec![source()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 50, "the source was not found");
    files
}

/// The code of a file, without its tests, comments and texts.
fn code_of(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    before_tests.lines().map(without_texts).collect::<Vec<_>>().join("\n")
}

/// A line up to its comment, with nothing between quotation marks.
fn without_texts(line: &str) -> String {
    let mut code = String::new();
    // A quotation mark as a character opens no text.
    let line = line.replace("'\"'", "' '");
    let mut characters = line.chars().peekable();
    let mut is_in_text = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_in_text => {
                characters.next();
            }
            '"' => is_in_text = !is_in_text,
            '/' if !is_in_text && characters.peek() == Some(&'/') => break,
            character if !is_in_text => code.push(character),
            _ => {}
        }
    }
    code
}
