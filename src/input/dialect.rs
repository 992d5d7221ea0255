//! How a text is cut: its delimiter, its line ends, and a first line that names the delimiter.

use super::columns::ColumnChoice;
use super::records::{Delimiter, Layout, LineEnd, RecordReader};

/// The delimiters that are found by themselves; the earlier one wins a tie.
const CANDIDATES: [Delimiter; 4] = [Delimiter::COMMA, Delimiter::SEMICOLON, Delimiter::TAB, Delimiter::BAR];
/// How many rows behind the header are looked at.
const ROWS_LOOKED_AT: usize = 20;
/// What Excel takes for the delimiter's name, on a line of its own.
const NAMING: &str = "sep=";

/// How a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// What stands between two cells.
    pub(crate) delimiter: Delimiter,
    /// What ends a line.
    pub(crate) line_end: LineEnd,
    /// The length of the line that names the delimiter, if there is one.
    pub(crate) naming_line: usize,
}

impl Dialect {
    /// Finds it in the beginning of a text (UTF-8, without a byte order mark). A delimiter that was typed comes first,
    /// then one that the text names itself.
    pub(crate) fn find(head: &[u8], typed: Option<Delimiter>, columns: &ColumnChoice) -> Dialect {
        let (named, naming_line) = naming_line(head);
        let head = &head[naming_line..];
        let delimiter = typed.or(named).unwrap_or_else(|| most_likely(head, columns));
        Dialect { delimiter, line_end: line_end(head), naming_line }
    }

    pub(super) const fn layout(self) -> Layout {
        Layout {
            delimiter: self.delimiter,
            first_line: if self.naming_line > 0 { 2 } else { 1 },
            has_row_numbers: false,
        }
    }
}

/// The delimiter that a first line such as `sep=;` names, and the length of that line.
fn naming_line(head: &[u8]) -> (Option<Delimiter>, usize) {
    let end = head.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(head.len());
    let Ok(line) = std::str::from_utf8(&head[..end]) else { return (None, 0) };
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    if !line.get(..NAMING.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAMING)) {
        return (None, 0);
    }
    let named = &line[NAMING.len()..];
    if named.chars().count() > 1 {
        return (None, 0);
    }
    let line_end = match head[end..] {
        [b'\r', b'\n', ..] => 2,
        [] => 0,
        _ => 1,
    };
    (named.parse().ok(), end + line_end)
}

/// The end of the first line, whose quotation marks may hold line ends of another kind.
fn line_end(head: &[u8]) -> LineEnd {
    let mut is_quoted = false;
    let outside = head.iter().position(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && matches!(byte, b'\r' | b'\n')
    });
    let any = || head.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    match outside.or_else(any).map(|place| &head[place..]) {
        // Some programs write CR CR LF, where one translates what another has translated.
        Some([b'\r', b'\n', ..] | [b'\r', b'\r', b'\n', ..]) => LineEnd::CrLf,
        Some([b'\r', ..]) => LineEnd::Cr,
        _ => LineEnd::Lf,
    }
}

/// How well a delimiter fits; the greater one wins.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    names_an_id: bool,
    /// Under this delimiter there are empty rows alone.
    is_blank: bool,
    quotes_fit: bool,
    names_a_reason: bool,
    has_several_columns: bool,
    rows_fit: bool,
    columns: usize,
}

fn most_likely(head: &[u8], columns: &ColumnChoice) -> Delimiter {
    let mut best: Option<(Delimiter, Fit)> = None;
    for candidate in CANDIDATES {
        let fit = fit(head, candidate, columns);
        if best.as_ref().is_none_or(|(_, best)| fit > *best) {
            best = Some((candidate, fit));
        }
    }
    best.map_or(Delimiter::COMMA, |(delimiter, _)| delimiter)
}

fn fit(head: &[u8], delimiter: Delimiter, columns: &ColumnChoice) -> Fit {
    let layout = Layout { delimiter, ..Layout::default() };
    let mut reader = RecordReader::new(head, layout);
    let mut fit = Fit {
        names_an_id: false,
        is_blank: false,
        quotes_fit: true,
        names_a_reason: false,
        has_several_columns: false,
        rows_fit: true,
        columns: 0,
    };
    let mut rows = 0;
    loop {
        match reader.read() {
            Ok(Some(record)) if fit.columns == 0 => {
                fit.names_an_id = columns.finds_an_id(record.cells());
                fit.names_a_reason = columns.finds_a_reason(record.cells());
                fit.columns = record.len();
                fit.has_several_columns = record.len() > 1;
            }
            Ok(Some(record)) => fit.rows_fit &= record.len() == fit.columns,
            Ok(None) => {
                fit.is_blank = fit.columns == 0;
                return fit;
            }
            // The head may end within a quoted cell: what was read until then counts.
            Err(_) => {
                fit.quotes_fit = rows > 0;
                return fit;
            }
        }
        rows += 1;
        if rows > ROWS_LOOKED_AT {
            return fit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &str) -> (char, LineEnd, usize) {
        let dialect = Dialect::find(head.as_bytes(), None, &ColumnChoice::default());
        (char::from(dialect.delimiter.byte()), dialect.line_end, dialect.naming_line)
    }

    #[test]
    fn the_delimiter_is_the_one_under_which_the_header_names_an_id() {
        for (head, delimiter) in [
            ("pre_hire_id,reason\n1,a;b;c\n", ','),
            ("pre_hire_id;reason\n1;a,b,c\n2;d,e,f\n", ';'),
            ("pre_hire_id\treason\r\n1\ta,b\r\n", '\t'),
            ("姓名|待入职ID|原因\n张|1|a\n", '|'),
            ("name,\"a;b\";pre_hire_id;reason\n", ';'),
            ("\"pre_hire_id\";\"reason; with, both\"\n", ';'),
            ("pre_hire_id\n1\n2\n", ','),
            ("pre_hire_id,name;alias,reason\n", ','),
            ("name;salary\n1;2\n", ';'),
            ("\n,,\n", ','),
            (";;\n", ';'),
            ("", ','),
        ] {
            assert_eq!(found(head).0, delimiter, "{head:?}");
        }
    }

    #[test]
    fn a_choice_of_the_column_helps_to_find_the_delimiter() {
        let columns = ColumnChoice { id: Some("No. 1,2".to_owned()), reason: None };
        let dialect = Dialect::find(b"name;No. 1,2;reason\n", None, &columns);
        assert_eq!(dialect.delimiter, Delimiter::SEMICOLON);
    }

    #[test]
    fn a_first_line_may_name_the_delimiter() {
        assert_eq!(found("sep=;\r\npre_hire_id;reason\r\n"), (';', LineEnd::CrLf, 7));
        assert_eq!(found("SEP=\t\npre_hire_id\treason\n"), ('\t', LineEnd::Lf, 6));
        assert_eq!(found("\"sep=|\"\npre_hire_id|reason\n"), ('|', LineEnd::Lf, 8));
        assert_eq!(found("sep=\npre_hire_id;reason\n"), (';', LineEnd::Lf, 5));
        assert_eq!(found("sep=rate;pre_hire_id;reason\n").2, 0);
        let typed = Some(Delimiter::BAR);
        let dialect = Dialect::find(b"sep=;\npre_hire_id|a;b\n", typed, &ColumnChoice::default());
        assert_eq!((dialect.delimiter, dialect.naming_line), (Delimiter::BAR, 6));
    }

    #[test]
    fn line_ends_within_quotation_marks_do_not_count() {
        assert_eq!(found("pre_hire_id,\"two\nlines\"\r\n1,a\r\n").1, LineEnd::CrLf);
        assert_eq!(found("pre_hire_id,reason\r1,a\r").1, LineEnd::Cr);
        assert_eq!(found("pre_hire_id,a\"b\r\n1,a\r\n").1, LineEnd::CrLf);
        assert_eq!(found("pre_hire_id").1, LineEnd::Lf);
        assert_eq!(found("pre_hire_id\r\r\n1\r\r\n").1, LineEnd::CrLf);
    }
}
