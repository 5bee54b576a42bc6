//! The picture itself.

use super::columns::{Cell, Columns, Stretch};
use super::places::{BOX, MARGIN, PADDING, Places, SMALL_STEP, shown};
use super::xml::{columns_of, escaped};
use crate::export::chart::{
    Chart, Weight, bump_words, bumps, colours, headline, is_breaking, move_of,
};
use crate::model::Bump;
use crate::plan::{Plan, Planned};
use std::fmt::Write as _;

/// Everything that the picture takes its looks from. What reads no media query shows it light.
const STYLE: &str = "\
.ground{fill:#ffffff}.band{fill:#f5f7fa}
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#101828}
.title{font-size:19px;font-weight:600}.small{font-size:11px;fill:#475467}.wave{font-size:12px;fill:#475467}
.name{font-size:13px;font-weight:600}.move{font-size:11px;fill:#344054}.word{font-size:10.5px;fill:#ffffff}
.box{fill:#ffffff;stroke-width:1.4}
.link{fill:none;stroke:#98a2b3;stroke-width:1.1}.strong{stroke:#344054;stroke-width:2.8}.tests{stroke-dasharray:4 4}
.tip{fill:#98a2b3}.tip-strong{fill:#344054}
@media (prefers-color-scheme:dark){
.ground{fill:#0d1117}.band{fill:#151b23}text{fill:#f0f6fc}.small,.wave{fill:#9da7b3}.move{fill:#d1d7e0}
.word{fill:#ffffff}.box{fill:#0d1117}
.link{stroke:#6e7681}.strong{stroke:#d1d7e0}.tip{fill:#6e7681}.tip-strong{fill:#d1d7e0}
}
";

/// The height of the part below the packages.
const FOOT: f64 = 84.0;

pub(super) fn draw(plan: &Plan, chart: &Chart<'_>, columns: &Columns, places: &Places) -> String {
    let (width, height) = (places.width, places.bottom + FOOT);
    let title = format!("Release plan: {}", headline(plan));
    let mut out = Svg::default();
    out.line(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title desc\">"
    ));
    out.line(format_args!("<title id=\"title\">{}</title>", escaped(&title)));
    out.line(format_args!("<desc id=\"desc\">{}</desc>", escaped(&spoken(chart))));
    out.line(format_args!("<style>\n{STYLE}</style>"));
    out.line("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>");
    out.text(MARGIN, 38.0, "title", &title);
    out.text(MARGIN, 58.0, "small", &format!("on commit {}", plan.base.short(10)));
    bands(&mut out, chart, columns, places);
    links(&mut out, columns, places);
    for (place, column) in columns.order.iter().enumerate() {
        for &cell in column {
            if let Cell::Package(package) = columns.cells[cell] {
                let (x, width) = places.columns[place];
                let top = places.middle[cell] - BOX / 2.0;
                package_box(&mut out, chart.packages[package], (x, top), width);
            }
        }
    }
    legend(&mut out, plan, chart, places.bottom + 40.0);
    out.line("</svg>");
    out.0
}

/// The plan in sentences, for those who do not see the picture.
fn spoken(chart: &Chart<'_>) -> String {
    let waves = chart.waves.iter().map(|wave| {
        let packages = wave.packages.iter().map(|&index| {
            let planned = chart.packages[index];
            let moved = move_of(planned).replace('→', "to");
            format!("{} {moved} ({})", planned.name, bump_words(planned))
        });
        format!("{}: {}.", wave.title, packages.collect::<Vec<_>>().join("; "))
    });
    waves.collect::<Vec<_>>().join(" ")
}

/// The ground of each wave and its title.
fn bands(out: &mut Svg, chart: &Chart<'_>, columns: &Columns, places: &Places) {
    for (number, (wave, (first, last))) in chart.waves.iter().zip(&columns.waves).enumerate() {
        let left = places.columns[*first].0;
        let right = places.columns[*last].0 + places.columns[*last].1;
        if number % 2 == 0 {
            out.line(format_args!(
                "<rect class=\"band\" x=\"{:.1}\" y=\"74\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
                left - 14.0,
                right - left + 28.0,
                places.bottom - 66.0
            ));
        }
        let count = wave.packages.len();
        let title =
            if count > 1 { format!("{} · {count}", wave.title) } else { wave.title.clone() };
        out.text(left, 94.0, "wave", &title);
    }
}

/// Thin ones first, so that the strong ones lie above them.
fn links(out: &mut Svg, columns: &Columns, places: &Places) {
    let ports = Ports::of(columns, places);
    let mut stretches: Vec<(usize, &Stretch)> = columns.stretches.iter().enumerate().collect();
    stretches.sort_by_key(|(_, stretch)| std::cmp::Reverse(stretch.weight));
    for (index, stretch) in stretches {
        let (start, end) = ports.ends[index];
        let (x1, x2) = (places.right(columns, stretch.from), places.left(columns, stretch.to));
        let class = class(stretch.weight);
        let mut path = String::new();
        let to_lane = matches!(columns.cells[stretch.to], Cell::Lane(..));
        let tip = if to_lane { x2 } else { x2 - 6.0 };
        let bend = (tip - x1) / 2.0;
        write!(
            path,
            "M{x1:.1} {start:.1}C{:.1} {start:.1} {:.1} {end:.1} {tip:.1} {end:.1}",
            x1 + bend,
            tip - bend
        )
        .expect("a string takes everything");
        if to_lane {
            write!(path, "H{:.1}", places.right(columns, stretch.to))
                .expect("a string takes everything");
        }
        out.line(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
        if !to_lane {
            out.tip(x2, end, stretch.weight);
        }
    }
    for back in &columns.loops {
        let (x1, x2) = (places.right(columns, back.from), places.right(columns, back.to));
        let (y1, y2) = (places.middle[back.from], places.middle[back.to]);
        let out_to = x1.max(x2) + 46.0;
        out.line(format_args!(
            "<path class=\"{}\" d=\"M{x1:.1} {y1:.1}C{out_to:.1} {y1:.1} {out_to:.1} {y2:.1} {x2:.1} {y2:.1}\"/>",
            class(back.weight)
        ));
    }
}

fn class(weight: Weight) -> &'static str {
    match weight {
        Weight::Propagates => "link strong",
        Weight::Needs => "link",
        Weight::Tests => "link tests",
    }
}

/// The heights at which stretches leave and reach their cells: spread over the side of a box in the
/// order of their other ends.
struct Ports {
    ends: Vec<(f64, f64)>,
}

impl Ports {
    fn of(columns: &Columns, places: &Places) -> Self {
        let mut ends: Vec<(f64, f64)> = columns
            .stretches
            .iter()
            .map(|stretch| (places.middle[stretch.from], places.middle[stretch.to]))
            .collect();
        let mut leaving: Vec<Vec<(usize, usize)>> = vec![Vec::new(); columns.cells.len()];
        let mut reaching = leaving.clone();
        for (index, stretch) in columns.stretches.iter().enumerate() {
            leaving[stretch.from].push((index, stretch.to));
            reaching[stretch.to].push((index, stretch.from));
        }
        let all = columns.cells.iter().zip(leaving.into_iter().zip(reaching)).enumerate();
        for (cell, (kind, (leaving, reaching))) in all {
            if matches!(kind, Cell::Lane(..)) {
                continue;
            }
            for (index, y) in spread(leaving, places, places.middle[cell]) {
                ends[index].0 = y;
            }
            for (index, y) in spread(reaching, places, places.middle[cell]) {
                ends[index].1 = y;
            }
        }
        Self { ends }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no box has more ends than a float is exact")]
fn spread(mut at: Vec<(usize, usize)>, places: &Places, middle: f64) -> Vec<(usize, f64)> {
    at.sort_by(|a, b| places.middle[a.1].total_cmp(&places.middle[b.1]));
    let room = BOX - 14.0;
    let step = (room / at.len().max(1) as f64).min(9.0);
    let first = middle - step * (at.len().saturating_sub(1)) as f64 / 2.0;
    at.into_iter().enumerate().map(|(n, (index, _))| (index, first + step * n as f64)).collect()
}

fn package_box(out: &mut Svg, planned: &Planned, (x, y): (f64, f64), width: f64) {
    let (colour, _) = colours(planned.bump);
    let name = planned.name.as_str();
    let why: Vec<&str> =
        planned.reasons.iter().take(4).map(|reason| reason.text.as_str()).collect();
    let title =
        format!("{name} {} ({}): {}", move_of(planned), bump_words(planned), why.join("; "));
    out.line(format_args!("<g><title>{}</title>", escaped(&title)));
    out.line(format_args!(
        "<rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BOX}\" rx=\"6\" stroke=\"{colour}\"/>"
    ));
    out.line(format_args!(
        "<path fill=\"{colour}\" d=\"M{:.1} {y:.1}a6 6 0 0 0 -6 6v{:.1}a6 6 0 0 0 6 6z\"/>",
        x + 6.0,
        BOX - 12.0
    ));
    out.text(x + PADDING + 2.0, y + 18.5, "name", &shown(name));
    out.text(x + PADDING + 2.0, y + 36.0, "move", &move_of(planned));
    pill(out, planned.bump, &bump_words(planned), x + width - 8.0, y + 36.0, is_breaking(planned));
    out.line("</g>");
}

/// A word on the colour that says the same, its right end at `right`.
fn pill(out: &mut Svg, bump: Bump, words: &str, right: f64, base: f64, is_strong: bool) {
    let (colour, _) = colours(bump);
    let width = columns_of(words) * 6.4 + 12.0;
    out.line(format_args!(
        "<rect fill=\"{colour}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"16\" rx=\"{}\"/>",
        right - width,
        base - 12.0,
        if is_strong { 3 } else { 8 }
    ));
    out.text(right - width + 6.0, base, "word", words);
}

fn legend(out: &mut Svg, plan: &Plan, chart: &Chart<'_>, y: f64) {
    let mut x = MARGIN;
    for (bump, count) in bumps(plan) {
        let word =
            if bump == Bump::None { "new or as it stands".to_owned() } else { bump.to_string() };
        let words = format!("{word} {count}");
        let width = columns_of(&words) * 6.4 + 12.0;
        pill(out, bump, &words, x + width, y + 4.0, false);
        x += width + 10.0;
    }
    x += 14.0;
    for (weight, words) in [
        (Weight::Propagates, "makes it follow"),
        (Weight::Needs, "is needed by"),
        (Weight::Tests, "is needed by its tests"),
    ] {
        if !chart.links.iter().any(|link| link.weight == weight) {
            continue;
        }
        out.line(format_args!("<path class=\"{}\" d=\"M{x:.1} {y:.1}h30\"/>", class(weight)));
        out.tip(x + 36.0, y, weight);
        out.text(x + 44.0, y + 4.0, "small", words);
        x += 44.0 + columns_of(words) * SMALL_STEP + 22.0;
    }
    if chart.implied > 0 {
        let words = match chart.implied {
            1 => "1 dependency that these imply is not drawn".to_owned(),
            more => format!("{more} dependencies that these imply are not drawn"),
        };
        out.text(MARGIN, y + 26.0, "small", &words);
    }
}

impl Places {
    fn left(&self, columns: &Columns, cell: usize) -> f64 {
        self.columns[columns.column_of[cell]].0
    }

    fn right(&self, columns: &Columns, cell: usize) -> f64 {
        let (x, width) = self.columns[columns.column_of[cell]];
        x + width
    }
}

/// SVG that is put together line by line.
#[derive(Default)]
struct Svg(String);

impl Svg {
    fn line(&mut self, line: impl std::fmt::Display) {
        writeln!(self.0, "{line}").expect("a string takes everything");
    }

    fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = escaped(text);
        self.line(format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"));
    }

    /// The tip of an arrow that points at this place from the left.
    fn tip(&mut self, x: f64, y: f64, weight: Weight) {
        let (class, half) =
            if weight == Weight::Propagates { ("tip-strong", 5.0) } else { ("tip", 3.5) };
        self.line(format_args!(
            "<path class=\"{class}\" d=\"M{x:.1} {y:.1}l-8 -{half}v{}z\"/>",
            half * 2.0
        ));
    }
}
