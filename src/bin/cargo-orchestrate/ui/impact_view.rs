//! What a release or a rollback means downstream, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::plain;
use cargo_orchestrate::downstream::{RepositoryImpact, UseSource, UseState, UsedPackage};
use cargo_orchestrate::facts::RepositoryEdit;
use cargo_orchestrate::model::{EdgeKind, Version};
use cargo_orchestrate::wire::ImpactDocument;
use std::collections::BTreeSet;

/// The table of `impact`, for stdout.
#[must_use]
pub(crate) fn impact_view(document: &ImpactDocument, paint: Paint, width: usize) -> String {
    let mut table =
        Table::new(&["repository", "package", "requires", "in", "lock file", "outcome"]).wrapped();
    for repository in &document.repositories {
        let name = plain(&repository.name);
        let none = |text: &str| {
            let dash = || "-".to_owned();
            [name.clone(), dash(), dash(), dash(), dash(), text.to_owned()]
        };
        if repository.trouble.is_some() {
            table.row(none("could not be read"));
        } else if repository.uses.is_empty() {
            table.row(none("uses no package of this workspace"));
        }
        // What several members inherit stands in one place, and is told once.
        let mut told = BTreeSet::new();
        for used in &repository.uses {
            let place = |it: &UsedPackage| (it.used.at.clone(), it.used.package.clone());
            let same = repository.uses.iter().filter(|it| place(it) == place(used));
            let same: Vec<&UsedPackage> = same.collect();
            let name = if told.is_empty() { name.clone() } else { String::new() };
            if told.insert(place(used)) {
                table.row(row(name, used, &same, document));
            }
        }
    }
    let mut out = Lines::default();
    table.write(&mut out, paint, width);
    out.line(format!("  {}", summary(document)));
    out.into_string()
}

/// What would be written where, for stdout.
#[must_use]
pub(crate) fn edits_view(edits: &[&RepositoryEdit], paint: Paint, width: usize) -> String {
    let mut out = Lines::default();
    if edits.is_empty() {
        out.line("  no requirement downstream needs an edit");
        return out.into_string();
    }
    let mut table = Table::new(&["repository", "package", "now", "next", "in"]).wrapped();
    for edit in edits {
        for (index, it) in edit.requirements.iter().enumerate() {
            let name = if index == 0 { plain(&edit.repository) } else { String::new() };
            let place = format!("{}:{}", plain(it.file.as_str()), it.line);
            table.row([name, it.package.to_string(), plain(&it.from), plain(&it.to), place]);
        }
    }
    table.write(&mut out, paint, width);
    out.line("  lock files stay as they are: `cargo update` there brings them in step");
    out.into_string()
}

fn row(
    name: String,
    it: &UsedPackage,
    same: &[&UsedPackage],
    document: &ImpactDocument,
) -> [String; 6] {
    let used = &it.used;
    let is_one_kind = same.iter().all(|other| other.used.kind == used.kind);
    let kind = match used.kind {
        EdgeKind::Normal => "",
        _ if !is_one_kind => "",
        EdgeKind::Build => " (build)",
        EdgeKind::Dev => " (dev)",
    };
    let renamed = used.rename.as_ref().map(|name| format!(" as {}", plain(name)));
    let locked: Vec<String> = used.locked.iter().map(Version::to_string).collect();
    [
        name,
        format!("{}{}{kind}", used.package, renamed.unwrap_or_default()),
        used.requirement.as_deref().map_or_else(|| "-".to_owned(), plain),
        match same.len() {
            1 => format!("{}:{}", plain(used.at.file.as_str()), used.at.line),
            many => format!("{}:{}, {many} uses", plain(used.at.file.as_str()), used.at.line),
        },
        if locked.is_empty() { "-".to_owned() } else { locked.join(", ") },
        outcome(it, document),
    ]
}

fn outcome(it: &UsedPackage, document: &ImpactDocument) -> String {
    let used = &it.used;
    let by = it.satisfied_by.as_ref().map(Version::to_string).unwrap_or_default();
    let of_it = document.versions.iter().filter(|moving| moving.name == used.package);
    match it.state {
        UseState::TakenUp => format!("takes {by} up"),
        UseState::NeedsEdit => {
            let new =
                of_it.filter(|moving| moving.moves == "comes").map(|it| it.version.to_string());
            format!("{} needs an edit", new.collect::<String>())
        }
        UseState::FallsBack => {
            let kept = of_it.filter(|it| it.moves == "goes" && used.locked.contains(&it.version));
            let kept: Vec<String> = kept.map(|it| it.version.to_string()).collect();
            match kept.as_slice() {
                [] => format!("goes back to {by}"),
                kept => format!("its lock file keeps {}; else {by}", kept.join(", ")),
            }
        }
        UseState::Unaffected => "unaffected".to_owned(),
        UseState::Breaks => "breaks: no live version satisfies it".to_owned(),
        UseState::Broken => "no live version satisfies it, now or then".to_owned(),
        UseState::Elsewhere => source(&used.source).to_owned(),
        UseState::Unknown => "unknown: the registry gave no answer".to_owned(),
    }
}

fn source(source: &UseSource) -> &'static str {
    match source {
        UseSource::Registry => "from the registry",
        UseSource::OtherRegistry => "from another registry",
        UseSource::Path => "from a path, not the registry",
        UseSource::Git => "from git, not the registry",
        UseSource::Patch => "from a `[patch]`, not the registry",
    }
}

/// How many repositories there are of each kind, worst first.
fn summary(document: &ImpactDocument) -> String {
    let kinds = [
        (UseState::Breaks, ["breaks", "break"]),
        (UseState::NeedsEdit, ["needs an edit", "need an edit"]),
        (UseState::FallsBack, ["goes back", "go back"]),
        (UseState::TakenUp, ["takes the release up", "take the release up"]),
    ];
    let has = |repository: &&RepositoryImpact, state: UseState| {
        repository.uses.iter().any(|used| used.state == state)
    };
    let counts = kinds.iter().filter_map(|(state, [one, many])| {
        let count = document.repositories.iter().filter(|it| has(it, *state)).count();
        let words = if count == 1 { one } else { many };
        (count > 0).then(|| format!("{count} {words}"))
    });
    let unread = document.repositories.iter().filter(|it| it.trouble.is_some()).count();
    let unread = (unread > 0).then(|| format!("{unread} could not be read"));
    let counts: Vec<String> = counts.chain(unread).collect();
    let number = document.repositories.len();
    match counts.as_slice() {
        [] => format!("of {number} downstream, none is affected"),
        counts => format!("of {number} downstream, {}", counts.join(", ")),
    }
}
