//! The plan as a graph for Graphviz: `dot -Tsvg plan.dot`.

use super::chart::{Chart, Weight, bump_words, colours, headline, move_of};
use crate::model::visible;
use crate::plan::Plan;
use std::fmt::Write as _;

/// The plan in the language of Graphviz, waves from left to right.
#[must_use]
pub fn dot(plan: &Plan) -> String {
    let chart = Chart::of(plan);
    let mut out = String::new();
    let mut line = |text: String| {
        writeln!(out, "{text}").expect("a string takes everything");
    };
    line("digraph plan {".to_owned());
    line(format!("  label={}; labelloc=t; rankdir=LR;", quoted(&headline(plan))));
    line("  graph [fontname=\"Helvetica\", nodesep=0.25, ranksep=0.9];".to_owned());
    line(
        "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\"];".into(),
    );
    line("  edge [color=\"#98a2b3\", arrowsize=0.7];".to_owned());
    for (number, wave) in chart.waves.iter().enumerate() {
        line(format!("  subgraph wave_{} {{", number + 1));
        // No package has a name with a space in it.
        line(format!(
            "    rank=same; {} [shape=plaintext, style=\"\", fontcolor=\"#475467\"];",
            quoted(&wave.title)
        ));
        for &index in &wave.packages {
            let planned = chart.packages[index];
            let (border, fill) = colours(planned.bump);
            let label = format!("{}\n{}\n{}", planned.name, move_of(planned), bump_words(planned));
            let why = planned.reasons.first().map_or("", |reason| &reason.text);
            line(format!(
                "    {} [label={}, color=\"{border}\", fillcolor=\"{fill}\", tooltip={}];",
                quoted(planned.name.as_str()),
                quoted(&label),
                quoted(why)
            ));
        }
        line("  }".to_owned());
    }
    let titles: Vec<String> = chart.waves.iter().map(|wave| quoted(&wave.title)).collect();
    if titles.len() > 1 {
        line(format!("  {} [style=invis];", titles.join(" -> ")));
    }
    for link in &chart.links {
        let style = match link.weight {
            Weight::Propagates => " [penwidth=2.4, color=\"#344054\"]",
            Weight::Needs => "",
            Weight::Tests => " [style=dashed]",
        };
        let end = |index: usize| quoted(chart.packages[index].name.as_str());
        line(format!("  {} -> {}{style};", end(link.from), end(link.to)));
    }
    line("}".to_owned());
    out
}

/// A string of the language. Graphviz reads entities and backslash sequences in labels, so both lose
/// their meaning; the line ends of the text stay.
fn quoted(text: &str) -> String {
    let lines = text
        .split('\n')
        .map(|line| visible(line).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;"));
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}
