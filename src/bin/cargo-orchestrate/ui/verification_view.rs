//! What became of past releases, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::plain;
use cargo_orchestrate::wire::{
    VerificationDocument, VerifiedBranch, VerifiedPackage, VerifiedRelease, VerifiedTag,
};

/// The tables of `status --verify`, one a release, for stdout.
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
        out.line(format!("  {} at {}", plain(&release.id), release.commit.short(10)));
        let mut table =
            Table::new(&["package", "version", "registry", "sha256", "state"]).wrapped();
        for package in &release.packages {
            let sha256 = package.sha256.as_ref().map_or("-", |sha256| sha256.short(8));
            table.row([
                package.name.to_string(),
                package.version.to_string(),
                plain(&package.registry.to_string()),
                sha256.to_owned(),
                state(package),
            ]);
        }
        table.write(&mut out, paint, width);
        for line in refs(release) {
            out.line(format!("  {line}"));
        }
    }
    out.into_string()
}

fn state(package: &VerifiedPackage) -> String {
    match (package.state, &package.found, &package.text) {
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
