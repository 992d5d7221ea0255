//! Owns how a text in any encoding becomes UTF-8, piece by piece; what can't be decoded is an error with its place.

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::TextEncoding;
use super::utf8::{BrokenPlace, line_ends};

const PIECE: usize = 64 * 1024;

/// A text on its way into UTF-8. A byte order mark stays in it.
pub struct Decoding {
    decoder: Decoder,
    text: Vec<u8>,
    bytes: u64,
    line_ends: u64,
}

impl Decoding {
    /// At the beginning of a text.
    #[must_use]
    pub fn of(encoding: TextEncoding) -> Self {
        let decoder = encoding.encoding().new_decoder_without_bom_handling();
        Decoding { decoder, text: vec![0; PIECE], bytes: 0, line_ends: 0 }
    }

    /// Decodes the next piece; the text is handed to `take` in parts. An empty piece is the end.
    ///
    /// # Errors
    /// The first byte that can't be decoded, or what `take` fails with.
    pub fn push<E: From<BrokenPlace>>(
        &mut self,
        mut piece: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_last = piece.is_empty();
        loop {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(piece, &mut self.text, is_last);
            let text = &self.text[..written];
            piece = &piece[read..];
            self.bytes += read as u64;
            self.line_ends += line_ends(text);
            take(text)?;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, good_behind) => {
                    let behind = u64::from(bad) + u64::from(good_behind);
                    let byte = self.bytes.saturating_sub(behind) + 1;
                    return Err(BrokenPlace { line: self.line_ends + 1, byte }.into());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(name: &str, pieces: &[&[u8]]) -> Result<String, BrokenPlace> {
        let mut decoding = Decoding::of(name.parse().expect("an encoding"));
        let mut text = Vec::new();
        for piece in pieces.iter().copied().filter(|piece| !piece.is_empty()).chain([&[][..]]) {
            decoding.push(piece, |part| {
                text.extend_from_slice(part);
                Ok::<(), BrokenPlace>(())
            })?;
        }
        Ok(String::from_utf8(text).expect("it becomes UTF-8"))
    }

    #[test]
    fn chinese_texts_come_out_whole() {
        assert_eq!(decode("gbk", &[b"\xB3\xB7\xCF\xFA\xD4\xAD", b"\xD2\xF2"]).as_deref(), Ok("撤销原因"));
        assert_eq!(decode("gb18030", &[b"\x82\x35", b"\x8F\x33"]).as_deref(), Ok("龦"));
        assert_eq!(decode("utf-16be", &[b"\x5F", b"\x20\0A"]).as_deref(), Ok("张A"));
        assert_eq!(decode("utf-16le", &[b"=\xD8", b"\0\xDE"]).as_deref(), Ok("😀"));
    }

    #[test]
    fn what_can_not_be_decoded_is_named_by_line_and_byte() {
        assert_eq!(decode("gbk", &[b"id\n1,\xB3\n"]), Err(BrokenPlace { line: 2, byte: 6 }));
        assert_eq!(decode("gbk", &[b"id\n1,", b"\xB3"]), Err(BrokenPlace { line: 2, byte: 6 }));
        assert_eq!(decode("utf-16le", &[b"a\0\n\0", b"\0\xD8a\0"]), Err(BrokenPlace { line: 2, byte: 5 }));
        assert_eq!(decode("utf-16le", &[b"a\0\n"]), Err(BrokenPlace { line: 1, byte: 3 }));
    }

    proptest! {
        #[test]
        fn every_text_survives_its_encoding_however_it_is_cut(text in any::<String>(), cuts in proptest::collection::vec(1_usize..5, 0..40)) {
            let (bytes, ..) = encoding_rs::GB18030.encode(&text);
            let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let reversible = encoding_rs::GB18030.decode_without_bom_handling(&bytes).0 == text;
            for (name, bytes) in [("gb18030", &bytes[..]), ("utf-16le", &utf_16[..])] {
                let mut pieces = Vec::new();
                let mut rest = bytes;
                for cut in &cuts {
                    let (piece, after) = rest.split_at((*cut).min(rest.len()));
                    pieces.push(piece);
                    rest = after;
                }
                pieces.push(rest);
                if name != "gb18030" || reversible {
                    prop_assert_eq!(decode(name, &pieces), Ok(text.clone()), "{}", name);
                }
            }
        }
    }
}
