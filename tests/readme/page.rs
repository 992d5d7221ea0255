//! How a page is taken apart: its blocks, sections, tables, links, and what it writes as code.

/// The page in one language.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// A fenced block.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) language: &'static str,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// What stands from one heading to the next, without its blocks.
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    pub(crate) level: usize,
    pub(crate) prose: String,
}

/// A table; its cells are as they are written.
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Page {
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut is_inside = false;
        for (index, line) in self.text.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(_) if is_inside => is_inside = false,
                Some(language) => {
                    is_inside = true;
                    blocks.push(Block { language, line: index + 1, text: String::new() });
                }
                None if is_inside => {
                    let block = blocks.last_mut().expect("a block is open");
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None => {}
            }
        }
        assert!(!is_inside, "the last block of {} is closed", self.name);
        blocks
    }

    pub(crate) fn sections(&self) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        let mut is_inside = false;
        for line in self.text.lines() {
            if line.starts_with("```") {
                is_inside = !is_inside;
                continue;
            }
            let level = line.chars().take_while(|character| *character == '#').count();
            if level > 0 && !is_inside {
                let heading = line[level..].trim();
                sections.push(Section { heading, level, prose: String::new() });
            } else if !is_inside {
                let section = sections.last_mut().expect("a page begins with its title");
                section.prose.push_str(line);
                section.prose.push('\n');
            }
        }
        sections
    }

    pub(crate) fn tables(&self) -> Vec<Table> {
        self.sections().iter().flat_map(|section| tables_of(&section.prose)).collect()
    }

    /// Where its links lead.
    pub(crate) fn links(&self) -> Vec<String> {
        let prose: String = self.sections().into_iter().map(|section| section.prose).collect();
        let behind = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        behind.map(str::to_owned).collect()
    }
}

fn tables_of(prose: &str) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut lines = prose.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.starts_with('|') {
            continue;
        }
        lines.next_if(|line| line.starts_with("|---")).expect("a line of dashes below a table's header");
        let mut rows = Vec::new();
        while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
            rows.push(cells(row));
        }
        tables.push(Table { header: cells(line), rows });
    }
    tables
}

/// The cells of a row; `\|` belongs to a cell.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').strip_suffix('|').expect("a row ends with a bar");
    row.replace("\\|", "\u{0}").split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// What a text writes as code, in order.
pub(crate) fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
