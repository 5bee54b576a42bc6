//! What became of past releases, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::{plain, plain_lines};
use cargo_orchestrate::wire::{
    Check, VerificationDocument, VerifiedBranch, VerifiedChecks, VerifiedPackage, VerifiedRelease,
    VerifiedTag,
};

/// The tables of `status --verify` and `verify`, one a release, for stdout.
#[must_use]
pub(crate) fn verification_view(
    document: &VerificationDocument,
    paint: Paint,
    width: usize,
) -> String {
    let mut out = Lines::default();
    if document.releases.is_empty() {
        out.line("  the journal here has no release of which anything is out");
    }
    for (index, release) in document.releases.iter().enumerate() {
        if index > 0 {
            out.gap();
        }
        out.line(match &release.commit {
            Some(commit) => format!("  {} at {}", plain(&release.id), commit.short(10)),
            None => format!("  {}", plain(&release.id)),
        });
        let is_checked = release.packages.iter().any(|package| package.checks.is_some());
        let table = if is_checked { checked(release) } else { looked(release) };
        table.write(&mut out, paint, width);
        for line in release.packages.iter().flat_map(remarks) {
            out.line(line);
        }
        for line in refs(release) {
            out.line(format!("  {line}"));
        }
    }
    out.into_string()
}

/// What the index says.
fn looked(release: &VerifiedRelease) -> Table {
    let mut table = Table::new(&["package", "version", "registry", "sha256", "state"]).wrapped();
    for package in &release.packages {
        table.row([
            package.name.to_string(),
            package.version.to_string(),
            plain(&package.registry.to_string()),
            sha256(package),
            state(package),
        ]);
    }
    table
}

/// What was tried as well.
fn checked(release: &VerifiedRelease) -> Table {
    let header =
        ["package", "version", "sha256", "download", "consumer", "install", "docs", "state"];
    let mut table = Table::new(&header).wrapped();
    for package in &release.packages {
        let cells = package.checks.as_ref().map(VerifiedChecks::each);
        let [download, consumer, install, docs] =
            cells.map_or(["-"; 4], |each| each.map(|(_, check)| cell(check)));
        table.row([
            package.name.to_string(),
            package.version.to_string(),
            sha256(package),
            download.to_owned(),
            consumer.to_owned(),
            install.to_owned(),
            docs.to_owned(),
            state(package),
        ]);
    }
    table
}

fn sha256(package: &VerifiedPackage) -> String {
    package.sha256.as_ref().map_or("-", |sha256| sha256.short(8)).to_owned()
}

fn cell(check: &Check) -> &'static str {
    match check.state {
        "passed" => "ok",
        "failed" => "FAILED",
        "unknown" => "?",
        _ => "-",
    }
}

/// What went wrong with a package, and what nobody can tell of it.
fn remarks(package: &VerifiedPackage) -> Vec<String> {
    let each = package.checks.iter().flat_map(VerifiedChecks::each);
    let each = each.filter(|(_, check)| matches!(check.state, "failed" | "unknown"));
    let lines = each.flat_map(|(name, check)| {
        let head = format!("  {} {}, {name}:", package.name, package.version);
        let text = plain_lines(check.text.as_deref().unwrap_or_default());
        match text.as_slice() {
            [one] => vec![format!("{head} {one}")],
            lines => {
                let lines = lines.iter().map(|line| format!("    {line}"));
                std::iter::once(head).chain(lines).collect()
            }
        }
    });
    lines.collect()
}

fn state(package: &VerifiedPackage) -> String {
    match (package.state, &package.found, &package.text) {
        ("there", ..) => "there".to_owned(),
        ("ours", ..) => "there, and ours".to_owned(),
        ("yanked", ..) => "yanked, and not by this program".to_owned(),
        ("taken-back", ..) => "taken back".to_owned(),
        ("lost", ..) => "lost: it was there and is gone".to_owned(),
        ("foreign", Some(found), _) => format!("other bytes: sha256 {found}"),
        ("not-out", ..) => "not published yet".to_owned(),
        (_, _, Some(why)) => format!("nobody can tell: {}", plain(why)),
        (other, ..) => other.to_owned(),
    }
}

/// The tags and the branch; those that are as they should be in one line.
fn refs(release: &VerifiedRelease) -> Vec<String> {
    let (there, others): (Vec<&VerifiedTag>, Vec<_>) =
        release.tags.iter().partition(|tag| tag.state == "there");
    let mut lines = Vec::new();
    if !there.is_empty() {
        let names: Vec<String> = there.iter().map(|tag| plain(&tag.name)).collect();
        lines.push(format!("tags on the remote: {}", names.join(", ")));
    }
    for tag in others {
        let (name, commit) = (plain(&tag.name), tag.commit.short(10));
        lines.push(match (tag.state, &tag.found) {
            ("elsewhere", Some(found)) => {
                format!("tag {name} is at {} on the remote, not at {commit}", found.short(10))
            }
            ("missing", _) => format!("tag {name} is not on the remote; it belongs to {commit}"),
            _ => format!("tag {name}: the remote does not answer"),
        });
    }
    lines.extend(release.branch.iter().map(branch));
    lines
}

fn branch(branch: &VerifiedBranch) -> String {
    let name = plain(&branch.name);
    match branch.state {
        "contains" => format!("branch {name} on the remote has the commit"),
        "to-merge" => format!("branch {name} on the remote has yet to merge the commit"),
        "lacks" => format!("branch {name} on the remote lacks the commit"),
        _ => format!("branch {name}: the remote does not answer"),
    }
}
