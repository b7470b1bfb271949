//! A table of numbers read from a CSV file.

use crate::Result;

/// Rows of features, `[n_rows, n_features]` row-major, each with its label.
pub struct Table {
    pub features: Vec<f32>,
    pub labels: Vec<f32>,
    pub n_features: usize,
}

fn parse_finite(field: &str) -> Option<f32> {
    field.parse().ok().filter(|number: &f32| number.is_finite())
}

impl Table {
    /// Reads a CSV file with one line of names, and the label in the last column.
    pub fn load(path: &str) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {path}: {error}; was its folder given with `-d HOST::GUEST`?"))?;
        let mut table = Self { features: Vec::new(), labels: Vec::new(), n_features: 0 };
        for (idx, line) in text.lines().enumerate().skip(1) {
            let numbers: Vec<f32> = line.split(',').filter_map(parse_finite).collect();
            let n_features = line.split(',').count() - 1;
            if table.labels.is_empty() {
                table.n_features = n_features;
            }
            let expected = table.n_features;
            let [features @ .., label] = numbers.as_slice() else {
                return Err(format!("{path}:{}: not a row of numbers", idx + 1).into());
            };
            if features.is_empty() || features.len() != expected || n_features != expected {
                return Err(format!("{path}:{}: not a row of {expected} features and a label", idx + 1).into());
            }
            table.features.extend(features);
            table.labels.push(*label);
        }
        if table.labels.is_empty() {
            return Err(format!("{path} has no rows").into());
        }
        Ok(table)
    }

    pub fn n_rows(&self) -> usize {
        self.labels.len()
    }

    pub fn feature(&self, row: u32, idx: usize) -> f32 {
        self.features[row as usize * self.n_features + idx]
    }
}
