//! `wgpuc watch` as a process: what it tests when, and what it says.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

fn kernel(name: &str, factor: u32) -> String {
    format!(
        "/// Scales.\n#[kernel(workgroup = 64, over = y.len())]\npub fn {name}(y: &mut [u32]) {{\n    let i = global_id().x;\n    \
         if i < y.len() {{\n        y[i] = {factor} * y[i];\n    }}\n}}\n"
    )
}

const CASE: &str = "op = \"twice\"\n[[case]]\nargs.y = [1, 2]\nexpect.y = [2, 4]\n";

/// Ends the process with the test.
struct Watch(Child, Lines<BufReader<ChildStdout>>);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Watch {
    /// What it says until it waits.
    fn round(&mut self) -> String {
        let mut text = String::new();
        while !text.ends_with("waiting for changes\n") {
            text += &self.1.next().expect("it goes on").unwrap();
            text.push('\n');
        }
        text
    }
}

#[test]
fn what_has_not_changed_is_not_tested_again() {
    let folder = tempfile::tempdir().unwrap();
    // At once, so that it sees no part of a file.
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join("new"), text).unwrap();
        fs::rename(folder.path().join("new"), folder.path().join(name)).unwrap();
    };
    write("twice.rs", &kernel("twice", 2));
    write("thrice.rs", &kernel("thrice", 3));
    write("twice.cases.toml", CASE);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let mut child =
        command.arg("watch").arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut watch = Watch(child, lines);
    let text = watch.round();
    assert!(text.contains("\ntwice ") && text.contains("\nthrice ") && text.contains("fine, 2 of 2 ops"), "{text}");
    write("thrice.rs", &kernel("thrice", 4));
    let text = watch.round();
    assert!(!text.contains("\ntwice ") && text.contains("\nthrice ") && text.contains("fine, 1 of 2 ops"), "{text}");
    write("twice.cases.toml", &CASE.replace("[2, 4]", "[2, 5]"));
    let text = watch.round();
    assert!(text.contains("\ntwice ") && !text.contains("\nthrice ") && text.contains("\nwrong after"), "{text}");
    // Comments are no code; what fails goes on failing.
    write("thrice.rs", &format!("{}// A comment.\n", kernel("thrice", 4)));
    let text = watch.round();
    assert!(!text.contains("executor") && text.contains("FAILED twice") && text.contains("\nwrong after"), "{text}");
    write("twice.cases.toml", CASE);
    let text = watch.round();
    assert!(text.contains("\ntwice ") && text.contains("fine, 1 of 2 ops"), "{text}");
}
