//! The nearest of some known names to one that is not known.

/// The known name that a typing mistake most likely meant, if one is near enough: at most a third of its letters
/// differ; of two none is replaced, and of three not the first. Of equally near ones the first.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let n_letters = typed.chars().count();
    let most = if n_letters == 2 { 1 } else { n_letters / 3 };
    let near = |name: &'a str| Some((distance(typed, name, most)?, name));
    let likely = |(_, name): &(usize, &str)| match n_letters {
        2 => sorted(typed) == sorted(name) || (first(typed) == first(name) && name.chars().count() != 2),
        3 => first(typed) == first(name) || sorted(typed) == sorted(name),
        _ => true,
    };
    let others = known.into_iter().filter(|name| *name != typed);
    others.filter_map(near).filter(likely).min_by_key(|(d, _)| *d).map(|(_, name)| name)
}

fn first(name: &str) -> Option<char> {
    name.chars().next().map(|c| c.to_ascii_lowercase())
}

/// Its letters, in order: those of a name and of the same with letters swapped are equal.
fn sorted(name: &str) -> Vec<char> {
    let mut letters: Vec<char> = name.to_lowercase().chars().collect();
    letters.sort_unstable();
    letters
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

    #[test]
    fn short_names_must_be_nearer() {
        for (typed, known, meant) in [
            ("sin", "min", None),
            ("gpu", "cpu", None),
            ("mni", "min", Some("min")),
            ("mxa", "max", Some("max")),
            ("axm", "max", None),
            ("PI", "i", None),
            ("xs", "x", Some("x")),
            ("ab", "ba", Some("ba")),
            ("N", "n", Some("n")),
            ("sums", "sum", Some("sum")),
        ] {
            assert_eq!(nearest(typed, [known]), meant, "{typed}");
        }
    }
}
