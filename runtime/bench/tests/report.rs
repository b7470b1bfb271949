//! The whole way on the CPU backend, and what becomes of a report.
#![allow(clippy::unwrap_used, reason = "a test")]

use wgpuc_bench::{Error, Event, Report, Row, plot, run, table};
use wgpuc_runtime::{Backend, Library};

const ON: (Backend, Library) = (Backend::Cpu, Library::Auto);

#[test]
fn an_op_is_measured_checked_shown_and_drawn() {
    let mut events = vec![];
    let wanted = ["find-split".to_owned(), "batch-predict of diabetes".to_owned()];
    let report =
        run(ON, wgpuc_kernels::bundle(), &wanted, |event| events.push(matches!(event, Event::Begins { .. }))).unwrap();
    assert!(report.unmeasured.iter().all(|case| !case.is_failure), "{:?}", report.unmeasured);
    assert!(report.rows.iter().any(|row| row.case == "batch-predict of diabetes" && row.size == "89x10x200x16"));
    assert_eq!(events.iter().filter(|begins| !**begins).count(), 1 + report.rows.len() + report.unmeasured.len());
    for row in &report.rows {
        assert_eq!(row.served_by, "own");
        assert!(0.0 < row.low && row.low <= row.seconds && row.seconds <= row.high, "{row:?}");
    }
    let read: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    let ceilings = read.ceilings.clone().unwrap();
    assert!(ceilings.copy > 0.0 && ceilings.multiply_add > 0.0 && ceilings.small_op_of_guest > 0.0);
    let small = read.rows.iter().find(|row| row.case == "find-split").unwrap();
    let mut peer = read.clone();
    for row in &mut peer.rows {
        row.by = "peer".to_owned();
        row.seconds *= 2.0;
    }
    let line = table::row(small, &[], &ceilings, &[peer]);
    assert!(line.contains("353 x 10 x 128") && line.contains("peer") && line.contains("(x2.00)"), "{line}");
    let by_library = table::row(&Row { served_by: "cublas".to_owned(), ..small.clone() }, &[], &ceilings, &[]);
    assert!(by_library.contains("served by cublas") && !line.contains("served by"), "{by_library}{line}");
    let svg = plot::svg(&read).unwrap();
    assert!(svg.contains("find-split") && !svg.contains("batch-predict") && svg.ends_with("</svg>\n"));
}

#[test]
fn an_op_that_is_not_there_is_refused_with_those_that_are() {
    let error = run(ON, wgpuc_kernels::bundle(), &["softmax".to_owned()], |_| {}).unwrap_err();
    assert!(matches!(&error, Error::Unknown { known, .. } if known.contains("find-split")), "{error}");
}
