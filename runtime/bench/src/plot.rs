//! A report as a chart: each op's share of its ceiling against the bytes of a call.
//!
//! In: rows. Out: an SVG file that needs nothing else.

use crate::report::{Ceilings, Report, Row};
use crate::table;
use std::fmt::Write as _;

/// Colours that people who see few of them can tell apart (Okabe and Ito), and two more.
const COLOURS: [&str; 9] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a5195", "#8c8c8c"];
const WIDTH: f64 = 1060.0;
const HEIGHT: f64 = 560.0;
/// The corners of the plane.
const LEFT: f64 = 90.0;
const RIGHT: f64 = 830.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 490.0;

/// One op's points, by growing size.
struct Line<'a> {
    name: &'a str,
    /// Bytes of a call and share of the ceiling.
    points: Vec<(f64, f64)>,
}

/// The ops that were measured at several sizes; `None` where there are none.
#[must_use]
pub fn svg(report: &Report) -> Option<String> {
    let ceilings = report.ceilings.as_ref()?;
    let lines = lines(report.own_rows(), ceilings);
    let points = || lines.iter().flat_map(|line| &line.points);
    let decade = |x: f64| x.log10();
    let first = points().map(|p| decade(p.0)).reduce(f64::min)?.floor();
    let last = points().map(|p| decade(p.0)).reduce(f64::max)?.ceil().max(first + 1.0);
    // One step above the highest point, and never less than the whole ceiling.
    let highest = (points().map(|p| p.1).fold(1.0, f64::max) * 5.0).ceil() / 5.0;
    let x = |bytes: f64| LEFT + (RIGHT - LEFT) * (decade(bytes) - first) / (last - first);
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share / highest;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"28\" font-size=\"17\" font-weight=\"bold\">{} on {} ({})</text>\n\
         <text x=\"{LEFT}\" y=\"48\" fill=\"#555555\">ceilings of the same run: copy {}, multiply-add \
         {}</text>\n",
        escaped(&report.by),
        escaped(&report.device.name),
        escaped(&report.device.backend),
        table::bytes_per_second(ceilings.copy),
        table::flops_per_second(ceilings.multiply_add),
    );
    grid(&mut out, (first, last), highest, &x, &y);
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        curve(&mut out, line, colour, &x, &y);
    }
    legend(&mut out, &lines);
    out.push_str("</svg>\n");
    Some(out)
}

fn lines<'a>(rows: impl Iterator<Item = &'a Row>, ceilings: &Ceilings) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = vec![];
    for row in rows {
        let point = (row.bytes as f64, row.share(ceilings));
        match lines.iter_mut().find(|line| line.name == row.case) {
            Some(line) => line.points.push(point),
            None => lines.push(Line { name: &row.case, points: vec![point] }),
        }
    }
    lines.retain(|line| line.points.len() > 1);
    lines
}

fn grid(out: &mut String, (first, last): (f64, f64), highest: f64, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
    for step in 0..=(highest * 5.0).round() as u32 {
        let share = f64::from(step) / 5.0;
        let (at, stroke) = (y(share), if step == 5 { "#888888" } else { "#e4e4e4" });
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {at:.1}H{RIGHT}\" stroke=\"{stroke}\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\">{:.0} %</text>",
            LEFT - 8.0,
            at + 4.5,
            100.0 * share
        );
    }
    for decade in first as i32..=last as i32 {
        let at = x(10f64.powi(decade));
        let _ = writeln!(
            out,
            "<path d=\"M{at:.1} {TOP}V{BOTTOM}\" stroke=\"#e4e4e4\"/><text x=\"{at:.1}\" y=\"{}\" \
             text-anchor=\"middle\">{}</text>",
            BOTTOM + 20.0,
            bytes(decade)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">bytes that a call reads and writes</text>\n\
         <text transform=\"translate(20 {}) rotate(-90)\" text-anchor=\"middle\">share of the ceiling</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 46.0,
        (TOP + BOTTOM) / 2.0
    );
}

fn curve(out: &mut String, line: &Line<'_>, colour: &str, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
    let path: Vec<String> = line.points.iter().map(|p| format!("{:.1} {:.1}", x(p.0), y(p.1))).collect();
    let _ = writeln!(out, "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>", path.join("L"));
    for (size, share) in &line.points {
        let _ = writeln!(
            out,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{colour}\"><title>{}: {:.1} %</title></circle>",
            x(*size),
            y(*share),
            escaped(line.name),
            100.0 * share
        );
    }
}

/// Names beside the plane, in the order of the lines' ends.
fn legend(out: &mut String, lines: &[Line<'_>]) {
    let end = |line: &Line<'_>| line.points.last().map_or(0.0, |p| p.1);
    let mut order: Vec<_> = lines.iter().zip(COLOURS.iter().cycle()).collect();
    order.sort_by(|a, b| end(b.0).total_cmp(&end(a.0)));
    for (place, (line, colour)) in order.into_iter().enumerate() {
        let at = TOP + 8.0 + 24.0 * place as f64;
        let _ = writeln!(
            out,
            "<path d=\"M{} {at}h22\" stroke=\"{colour}\" stroke-width=\"2\"/><circle cx=\"{}\" cy=\"{at}\" r=\"3.5\" \
             fill=\"{colour}\"/><text x=\"{}\" y=\"{}\">{}, {:.0} %</text>",
            RIGHT + 24.0,
            RIGHT + 35.0,
            RIGHT + 54.0,
            at + 4.5,
            escaped(line.name),
            100.0 * end(line)
        );
    }
}

fn bytes(decade: i32) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let unit = units.get(decade.max(0) as usize / 3).unwrap_or(&"");
    format!("{} {unit}", 10i32.pow(decade.max(0) as u32 % 3))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
