//! Arithmetic over a case's variables: `3 * n + 1`.

use super::each;
use std::ops::Range;
use wgpuc_core::diag::nearest;

/// What is wrong, and with which part.
type Wrong = (Range<usize>, String);

const BEYOND: &str = "it is beyond 128 bits";
/// How deep brackets and signs may nest: what reads them recurses.
const MAX_DEPTH: u32 = 64;

/// A whole number; the error says what is wrong.
pub(super) fn eval(text: &str, variables: &[(String, i128)]) -> Result<i128, Wrong> {
    let mut parser = Parser { text, rest: text.trim_start(), variables, depth: 0 };
    let value = parser.sum()?;
    match parser.rest {
        "" => Ok(value),
        rest => Err(parser.wrong(rest.trim_end().len(), format!("`{}` is left over", rest.trim_end()))),
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    variables: &'a [(String, i128)],
    depth: u32,
}

impl Parser<'_> {
    /// A mistake in so many of the next bytes.
    fn wrong(&self, n_bytes: usize, why: impl Into<String>) -> Wrong {
        let start = self.text.len() - self.rest.len();
        (start..start + n_bytes, why.into())
    }

    /// What is wrong with all that begins there, with these values of the variables.
    fn whole(&self, start: usize, why: &str) -> Wrong {
        let end = self.text[..self.text.len() - self.rest.len()].trim_end().len();
        (start..end, each::named(self.variables.iter()) + why)
    }

    fn sum(&mut self) -> Result<i128, Wrong> {
        let start = self.text.len() - self.rest.len();
        let mut value = self.product()?;
        loop {
            value = match self.operator(&['+', '-']) {
                Some('+') => value.checked_add(self.product()?),
                Some(_) => value.checked_sub(self.product()?),
                None => return Ok(value),
            }
            .ok_or_else(|| self.whole(start, BEYOND))?;
        }
    }

    fn product(&mut self) -> Result<i128, Wrong> {
        let start = self.text.len() - self.rest.len();
        let mut value = self.atom()?;
        loop {
            value = match self.operator(&['*', '/']) {
                Some('*') => value.checked_mul(self.atom()?).ok_or_else(|| self.whole(start, BEYOND))?,
                Some(_) => value.checked_div(self.atom()?).ok_or_else(|| self.whole(start, "it divides by zero"))?,
                None => return Ok(value),
            }
        }
    }

    fn atom(&mut self) -> Result<i128, Wrong> {
        let start = self.text.len() - self.rest.len();
        if self.depth == MAX_DEPTH {
            return Err(self.wrong(self.rest.chars().next().map_or(0, char::len_utf8), "this is nested too deeply"));
        }
        self.depth += 1;
        let value = match self.operator(&['(', '-']) {
            Some('(') => {
                let value = self.sum()?;
                self.operator(&[')'])
                    .map(|_| value)
                    .ok_or_else(|| (start..start + 1, "this `(` lacks its `)`".to_owned()))
            }
            Some(_) => self.atom()?.checked_neg().ok_or_else(|| self.whole(start, BEYOND)),
            None => self.word(),
        };
        self.depth -= 1;
        value
    }

    /// A number, or a variable's name.
    fn word(&mut self) -> Result<i128, Wrong> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let found = word.replace('_', "").parse().ok();
        let found = found.or_else(|| self.variables.iter().find(|(name, _)| name == word).map(|(_, value)| *value));
        let Some(value) = found else {
            let near = nearest(word, self.variables.iter().map(|(name, _)| name.as_str()));
            return Err(match (near, self.rest.chars().next()) {
                (_, None) => self.wrong(0, "a number or a name is missing at the end"),
                (_, Some(c)) if end == 0 => self.wrong(c.len_utf8(), format!("`{c}` stands where a number is needed")),
                (Some(near), _) => self.wrong(end, format!("`{word}` is no name in `for`: did you mean `{near}`?")),
                (None, _) => self.wrong(end, format!("`{word}` is neither a number nor a name in `for`")),
            });
        };
        self.rest = self.rest[end..].trim_start();
        Ok(value)
    }

    fn operator(&mut self, known: &[char]) -> Option<char> {
        let found = self.rest.chars().next().filter(|c| known.contains(c))?;
        self.rest = self.rest[found.len_utf8()..].trim_start();
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::eval;

    #[test]
    fn reads_arithmetic() {
        let variables = [("n".to_owned(), 7)];
        for (text, value) in [("n", 7), ("2 * (n - 1) + 1", 13), ("-n / 2", -3), ("1_000", 1000)] {
            assert_eq!(eval(text, &variables), Ok(value), "{text}");
        }
        for (text, why) in
            [("n n", "left over"), ("m", "`m` is neither"), ("1 / 0", "zero"), ("(1", "`)`"), ("2 *", "at the end")]
        {
            assert!(eval(text, &variables).is_err_and(|(_, e)| e.contains(why)), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert!(eval(&deep, &variables).is_err_and(|(at, why)| at == (64..65) && why.contains("deeply")));
        assert_eq!(eval("2 * (1 + mm)", &variables).unwrap_err().0, 9..11);
    }
}
