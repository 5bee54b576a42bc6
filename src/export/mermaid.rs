//! The plan as a flow chart in Mermaid, which forges draw inside Markdown.

use super::chart::{Chart, Weight, bump_words, bumps, colours, headline, move_of};
use crate::model::visible;
use crate::plan::Plan;
use std::fmt::Write as _;

/// More edges than this Mermaid refuses to draw, unless its page is configured otherwise.
const MOST_EDGES: usize = 500;

/// The plan as a Mermaid flow chart, waves from left to right. Past the number of edges that Mermaid
/// draws, those that propagate nothing are left out, and a comment says so.
#[must_use]
pub fn mermaid(plan: &Plan) -> String {
    let chart = Chart::of(plan);
    let mut out = String::new();
    let mut line = |text: String| {
        writeln!(out, "{text}").expect("a string takes everything");
    };
    line("flowchart LR".to_owned());
    line(format!("  %% {}", headline(plan)));
    if chart.packages.is_empty() {
        line(format!("  nothing[{}]", quoted(&headline(plan))));
    }
    for (number, wave) in chart.waves.iter().enumerate() {
        line(format!("  subgraph wave{}[{}]", number + 1, quoted(&wave.title)));
        for &index in &wave.packages {
            let planned = chart.packages[index];
            let label = [planned.name.to_string(), move_of(planned), bump_words(planned)];
            let label: Vec<String> = label.iter().map(|line| escaped(line)).collect();
            line(format!("    p{index}[\"{}\"]:::{}", label.join("<br/>"), planned.bump));
        }
        line("  end".to_owned());
    }
    let mut links: Vec<_> = chart.links.iter().collect();
    // The sort is stable: with the same weight they stay in the order of the chart.
    links.sort_by_key(|link| link.weight);
    for link in links.iter().take(MOST_EDGES) {
        let arrow = match link.weight {
            Weight::Propagates => "==>",
            Weight::Needs => "-->",
            Weight::Tests => "-.->",
        };
        line(format!("  p{} {arrow} p{}", link.from, link.to));
    }
    if links.len() > MOST_EDGES {
        line(format!("  %% {} more dependencies are not drawn", links.len() - MOST_EDGES));
    }
    for (bump, _) in bumps(plan) {
        let (border, fill) = colours(bump);
        line(format!("  classDef {bump} fill:{fill},stroke:{border},color:#101828"));
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text inside a quoted label: what is neither a letter nor harmless becomes one of Mermaid's
/// entities (`#35;`).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if c.is_alphanumeric() || " .,+-_→".contains(c) {
            safe.push(c);
        } else {
            write!(safe, "#{};", u32::from(c)).expect("a string takes everything");
        }
    }
    safe
}
