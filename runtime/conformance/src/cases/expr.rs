//! Arithmetic over a case's variables: `3 * n + 1`.

/// A whole number; the error says what is wrong.
pub(super) fn eval(text: &str, variables: &[(String, i128)]) -> Result<i128, String> {
    let mut parser = Parser { rest: text.trim(), variables };
    let value = parser.sum()?;
    match parser.rest {
        "" => Ok(value),
        rest => Err(format!("`{rest}` is left over")),
    }
}

struct Parser<'a> {
    rest: &'a str,
    variables: &'a [(String, i128)],
}

impl Parser<'_> {
    fn sum(&mut self) -> Result<i128, String> {
        let mut value = self.product()?;
        loop {
            value = match self.operator(&['+', '-']) {
                Some('+') => value.checked_add(self.product()?),
                Some(_) => value.checked_sub(self.product()?),
                None => return Ok(value),
            }
            .ok_or("it is beyond 128 bits")?;
        }
    }

    fn product(&mut self) -> Result<i128, String> {
        let mut value = self.atom()?;
        loop {
            value = match self.operator(&['*', '/']) {
                Some('*') => value.checked_mul(self.atom()?).ok_or("it is beyond 128 bits")?,
                Some(_) => value.checked_div(self.atom()?).ok_or("it divides by zero")?,
                None => return Ok(value),
            }
        }
    }

    fn atom(&mut self) -> Result<i128, String> {
        match self.operator(&['(', '-']) {
            Some('(') => {
                let value = self.sum()?;
                return self.operator(&[')']).map(|_| value).ok_or_else(|| "a `)` is missing".to_owned());
            }
            Some(_) => return self.atom()?.checked_neg().ok_or_else(|| "it is beyond 128 bits".to_owned()),
            None => {}
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        if let Ok(number) = word.replace('_', "").parse() {
            return Ok(number);
        }
        let found = self.variables.iter().find(|(name, _)| name == word);
        found.map(|(_, value)| *value).ok_or_else(|| format!("`{word}` is neither a number nor a name in `for`"))
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
        for (text, why) in [("n n", "left over"), ("m", "`m` is neither"), ("1 / 0", "zero"), ("(1", "`)`")] {
            assert!(eval(text, &variables).is_err_and(|e| e.contains(why)), "{text}");
        }
    }
}
