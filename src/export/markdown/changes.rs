//! What changesets say to people.

use super::Page;
use super::breaking::{self, quote};
use super::escape::code;
use crate::facts::changeset::{Level, headline};
use crate::plan::{Consumed, ConsumedIntent, Plan};

/// Each changeset with the packages that it does not break; what it breaks is told before.
pub(super) fn write(page: &mut Page, plan: &Plan) {
    let mut changesets: Vec<&Consumed> =
        plan.changesets.iter().filter(|it| it.packages.is_empty() || !breaks_all(it)).collect();
    if changesets.is_empty() {
        return;
    }
    // Stable, so that of one weight they stay sorted by file.
    changesets.sort_by_key(|changeset| {
        std::cmp::Reverse(changeset.packages.iter().map(|intent| intent.level).max())
    });
    page.heading("Changes");
    for changeset in changesets {
        let (first, rest) = headline(&changeset.text);
        let breaks = changeset.packages.iter().any(is_breaking);
        let others = changeset.packages.iter().filter(|intent| !is_breaking(intent));
        let others: Vec<String> = others.map(|intent| named(plan, intent)).collect();
        let others = others.join(", ");
        let others = if others.is_empty() { others } else { format!(": {others}") };
        let first = breaking::headline(&first);
        page.line(format_args!("- {first} ({}){others}", code(changeset.file.as_str())));
        if !rest.is_empty() && !breaks {
            quote(page, rest);
        }
    }
}

fn breaks_all(changeset: &Consumed) -> bool {
    changeset.packages.iter().all(is_breaking)
}

fn is_breaking(intent: &ConsumedIntent) -> bool {
    intent.level == Level::Major
}

/// The level and the version that it comes out in.
fn named(plan: &Plan, intent: &ConsumedIntent) -> String {
    let version = plan.package(&intent.name).map(|planned| format!(" {}", planned.to));
    let package = format!("{}{}", code(intent.name.as_str()), version.unwrap_or_default());
    match intent.level {
        Level::None => package,
        level => format!("{level} in {package}"),
    }
}
