//! How a workbook looks: text that stays text, a bold header, a colour for each status, columns as wide as their longest line.

use rust_xlsxwriter::{Color, Format, FormatAlign};
use unicode_width::UnicodeWidthStr;

use crate::model::Status;

const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// Room for the cell's borders.
const BORDERS: usize = 2;
/// Room for the button of the filter.
const FILTER_BUTTON: usize = 3;
/// Excel's own number format "Text": what is typed into such a cell later stays as it is, too.
const TEXT: u8 = 49;

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    /// The pre-hire is where it should be.
    Good,
    /// It is not.
    Bad,
    /// It is open.
    Open,
    /// Another row decides.
    Quiet,
}

impl Tone {
    const ALL: [Tone; 4] = [Tone::Good, Tone::Bad, Tone::Open, Tone::Quiet];

    const fn of(status: Status) -> Tone {
        match status {
            Status::Withdrawn | Status::AlreadyWithdrawn | Status::Restored | Status::AlreadyActive => {
                Tone::Good
            }
            Status::Refused | Status::Exhausted | Status::Invalid => Tone::Bad,
            Status::Unknown | Status::NotAttempted => Tone::Open,
            Status::Duplicate => Tone::Quiet,
        }
    }

    /// Background and letters: those of Excel's own styles "Good", "Bad" and "Neutral", and a grey.
    const fn colours(self) -> (Color, Color) {
        let (background, letters) = match self {
            Tone::Good => (0xC6_EF_CE, 0x00_61_00),
            Tone::Bad => (0xFF_C7_CE, 0x9C_00_06),
            Tone::Open => (0xFF_EB_9C, 0x7F_60_00),
            Tone::Quiet => (0xE7_E6_E6, 0x40_40_40),
        };
        (Color::RGB(background), Color::RGB(letters))
    }
}

/// The formats of the cells.
#[derive(Debug)]
pub(super) struct WorkbookStyle {
    pub(super) header: Format,
    pub(super) text: Format,
    pub(super) number: Format,
    by_tone: [Format; Tone::ALL.len()],
}

impl WorkbookStyle {
    pub(super) fn new() -> Self {
        // At the top, so that a text of several lines shows its first one.
        let text = Format::new().set_num_format_index(TEXT).set_align(FormatAlign::Top);
        let number = Format::new().set_align(FormatAlign::Top).set_align(FormatAlign::Right).set_indent(1);
        let by_tone = Tone::ALL.map(|tone| {
            let (background, letters) = tone.colours();
            text.clone().set_background_color(background).set_font_color(letters)
        });
        WorkbookStyle { header: text.clone().set_bold(), text, number, by_tone }
    }

    /// The format of the cell `status`.
    pub(super) const fn of_status(&self, status: Status) -> &Format {
        &self.by_tone[Tone::of(status) as usize]
    }
}

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

    #[test]
    fn success_alone_is_green() {
        for status in Status::ALL {
            assert_eq!(Tone::of(status) == Tone::Good, status.is_success(), "{status:?}");
        }
    }

    #[test]
    fn letters_can_be_read_on_their_background() {
        for tone in Tone::ALL {
            let (background, letters) = tone.colours();
            let contrast = (luminance(background) + 0.05) / (luminance(letters) + 0.05);
            assert!(contrast >= 4.5, "{tone:?}: {contrast}");
        }
    }

    /// The relative luminance of the Web Content Accessibility Guidelines.
    fn luminance(colour: Color) -> f64 {
        let Color::RGB(colour) = colour else { unreachable!("all are RGB") };
        let part = |shift: u32| {
            let part = f64::from((colour >> shift) & 0xFF) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

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
