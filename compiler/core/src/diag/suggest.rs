//! The nearest of some known names to one that is not known.

/// The known name that a typing mistake most likely meant, if one is near enough: at most a third of its letters
/// differ, or one of two. Of equally near ones the first.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let n_letters = typed.chars().count();
    let most = if n_letters == 2 { 1 } else { n_letters / 3 };
    let near = |name: &'a str| Some((distance(typed, name, most)?, name));
    let best = known.into_iter().filter(|name| *name != typed).filter_map(near).min_by_key(|(d, _)| *d)?;
    Some(best.1)
}

/// What a type of C, WGSL or Rust is called here.
#[must_use]
pub fn own_type(typed: &str) -> Option<&'static str> {
    Some(match typed {
        "float" | "f64" | "double" => "f32",
        "half" | "float16" => "f16",
        "int" | "isize" | "int32_t" => "i32",
        "uint" | "unsigned" | "usize" | "size_t" | "uint32_t" => "u32",
        "long" | "int64_t" | "i128" => "i64",
        "ulong" | "uint64_t" | "u128" => "u64",
        "char" | "byte" | "uchar" | "uint8_t" => "u8",
        "boolean" => "bool",
        _ => return None,
    })
}

/// How many letters must be added, removed, replaced or swapped with their neighbour (the optimal string alignment
/// distance), if at most `most`. Case and underscores against hyphens do not count.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let letters = |s: &str| -> Vec<char> { s.to_lowercase().replace('-', "_").chars().collect() };
    let (a, b) = (letters(a), letters(b));
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = vec![];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut d = (row[j] + usize::from(ca != cb)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *cb && b[j - 1] == *ca {
                d = d.min(before[j - 1] + 1);
            }
            next.push(d);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|d| *d <= most)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let known = ["workgroup", "over", "needs", "input-a"];
        for (typed, meant) in [
            ("workgruop", Some("workgroup")),
            ("ovr", Some("over")),
            ("input_b", Some("input-a")),
            ("launch", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
