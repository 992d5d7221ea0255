//! Owns how wide the columns of a workbook are: as the longest line that was seen in them, within sane bounds.

use unicode_width::UnicodeWidthStr;

const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// Room for the cell's borders.
const BORDERS: usize = 2;
/// Room for the button of the filter.
const FILTER_BUTTON: usize = 3;

/// The widths of all columns, in digits of the usual font.
#[derive(Debug)]
pub(super) struct ColumnWidths {
    widths: Vec<usize>,
}

impl ColumnWidths {
    /// The widths that the header needs.
    pub(super) fn of(header: &[String]) -> Self {
        let width = |name: &String| (shown_width(name) + FILTER_BUTTON + BORDERS).clamp(NARROWEST, WIDEST);
        ColumnWidths { widths: header.iter().map(width).collect() }
    }

    /// Makes room for a text.
    pub(super) fn note(&mut self, column: usize, text: &str) {
        let width = &mut self.widths[column];
        // No character is wider than its bytes are many.
        if *width < WIDEST && text.len() + BORDERS > *width {
            *width = (*width).max(shown_width(text) + BORDERS).min(WIDEST);
        }
    }

    /// All widths, in the order of the columns.
    pub(super) fn all(&self) -> impl Iterator<Item = f64> + '_ {
        #[expect(clippy::cast_precision_loss, reason = "it is no larger than 60")]
        self.widths.iter().map(|width| *width as f64)
    }
}

/// The width of the longest line; a Chinese character takes the room of two digits.
fn shown_width(text: &str) -> usize {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn width_for(header: &str, texts: &[&str]) -> f64 {
        let mut widths = ColumnWidths::of(&[header.to_owned()]);
        texts.iter().for_each(|text| widths.note(0, text));
        widths.all().next().expect("one column")
    }

    #[test]
    fn the_longest_line_decides_within_bounds() {
        assert_eq!(width_for("row", &["2", "3"]), 8.0);
        assert_eq!(width_for("success", &["true"]), 12.0);
        assert_eq!(width_for("id", &["7345005664477775407", "7"]), 21.0);
        assert_eq!(width_for("原因", &["候选人放弃入职"]), 16.0);
        assert_eq!(width_for("原因", &["候选人\n放弃入职了\n"]), 12.0);
        assert_eq!(width_for("note", &[&"x".repeat(500)]), 60.0);
        assert_eq!(width_for(&"x".repeat(500), &[]), 60.0);
    }

    proptest! {
        #[test]
        fn what_is_skipped_would_change_nothing(texts in proptest::collection::vec("\\PC{0,40}", 0..8)) {
            let all: Vec<&str> = texts.iter().map(String::as_str).collect();
            let longest = all.iter().map(|text| shown_width(text) + BORDERS).max().unwrap_or(0);
            prop_assert_eq!(width_for("id", &all), longest.clamp(NARROWEST, WIDEST) as f64);
        }
    }
}
