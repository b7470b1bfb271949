//! Where a part of a text stands in the TOML file that quotes it.

use std::ops::Range;

/// The bytes of the file that quote a part of a text, which is quoted there; all of the quote, where that is not known.
pub(super) fn place(file: &str, quote: Range<usize>, text: &str, part: Range<usize>) -> Range<usize> {
    let Some(starts) = file.get(quote.clone()).and_then(|raw| starts(raw, text)) else { return quote };
    let at = |byte: usize| starts.get(byte).map(|start| quote.start + start);
    match (at(part.start), at(part.end)) {
        (Some(start), Some(end)) if start <= end => start..end,
        _ => quote,
    }
}

/// For each byte of the text, and for its end, where it begins in the quote.
fn starts(raw: &str, text: &str) -> Option<Vec<usize>> {
    let marks = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|marks| raw.starts_with(marks))?;
    let mut at = marks.len();
    // A line's end after three marks is none of the text.
    if marks.len() == 3 {
        at += ["\r\n", "\n"]
            .into_iter()
            .find(|end| raw.get(at..).is_some_and(|rest| rest.starts_with(end)))
            .map_or(0, str::len);
    }
    let mut starts = vec![];
    for c in text.chars() {
        while let skipped @ 1.. = if marks.starts_with('"') { continuation(raw.get(at..)?) } else { 0 } {
            at += skipped;
        }
        starts.extend(std::iter::repeat_n(at, c.len_utf8()));
        at += match raw.get(at..)? {
            escaped if marks.starts_with('"') && escaped.starts_with('\\') => escape(escaped),
            plain => plain.chars().next()?.len_utf8(),
        };
    }
    starts.push(at);
    Some(starts)
}

/// How long an escape of one character is.
fn escape(raw: &str) -> usize {
    match raw.as_bytes().get(1) {
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(b'x') => 4,
        _ => 2,
    }
}

/// How much of this is a `\` at a line's end, and the space after it, which stand for nothing.
fn continuation(raw: &str) -> usize {
    let Some(after) =
        raw.strip_prefix('\\').filter(|after| after.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
    else {
        return 0;
    };
    raw.len() - after.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_part_is_found_in_every_kind_of_quote() {
        for (quote, text) in [
            (r#""a + bad""#, "a + bad"),
            ("'a + bad'", "a + bad"),
            ("\"\"\"\na +\n  bad\"\"\"", "a +\n  bad"),
            ("'''\r\na + bad'''", "a + bad"),
            (r#""\u00e9\t + bad""#, "é\t + bad"),
            ("\"\"\"é + \\\n   bad\"\"\"", "é + bad"),
        ] {
            let file = format!("y = {quote} # bad");
            let part = text.len() - 3..text.len();
            let found = place(&file, 4..4 + quote.len(), text, part);
            assert_eq!(file.get(found.clone()), Some("bad"), "{quote}: {found:?}");
            assert_eq!(found.start, file.find("bad").unwrap());
        }
        assert_eq!(place("y = 3", 4..5, "abc", 0..1), 4..5);
    }
}
