//! What became of past releases, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::{plain, plain_lines, wrap};
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
        for line in shared(release).iter().flat_map(|text| wrap(text, width.saturating_sub(2))) {
            out.line(format!("  {line}"));
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

/// What is said once for all of which it is true.
fn shared(release: &VerifiedRelease) -> Vec<String> {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for package in &release.packages {
        let (name, version) = (&package.name, &package.version);
        let mut say = |text: String, whom: String| {
            let known = said.iter_mut().find(|(known, _)| *known == text);
            match known {
                Some((_, of)) => of.push(whom),
                None => said.push((text, vec![whom])),
            }
        };
        if let Some(found) = &package.found {
            say(format!("the bytes there have the sha256 {found}"), format!("{name} {version}"));
        }
        if let Some(why) = &package.text {
            say(plain(why), format!("{name} {version}"));
        }
        let each = package.checks.iter().flat_map(VerifiedChecks::each);
        let is_untried = |check: &Check| check.text.as_deref() == Some(Check::CLOSED);
        for (what, _) in each.filter(|(_, check)| is_untried(check)) {
            say(format!("not tried: {}", Check::CLOSED), format!("{name} {version}, {what}"));
        }
    }
    said.into_iter().map(|(text, of)| format!("{}: {text}", of.join("; "))).collect()
}

fn state(package: &VerifiedPackage) -> String {
    let words = match package.state {
        "ours" => "there, and ours",
        "yanked" => "yanked, and not by this program",
        "taken-back" => "taken back",
        "lost" => "lost: it was there and is gone",
        "foreign" => "other bytes than were packed",
        "not-out" => "not published yet",
        "unknown" => "nobody can tell",
        other => other,
    };
    words.to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::{Digest, PackageName, RegistryName, Version};

    fn package(name: &str, state: &'static str) -> VerifiedPackage {
        VerifiedPackage {
            name: PackageName::new(name).expect("a name"),
            version: Version::new(1, 0, 0),
            registry: RegistryName::crates_io(),
            state,
            sha256: None,
            found: None,
            text: None,
            checks: None,
        }
    }

    #[test]
    fn what_is_long_stands_below_the_table_and_once() {
        let why = Some("no credential for registry `kellnr`: run `cargo login`".to_owned());
        let found = Digest::of(b"theirs");
        let closed = VerifiedChecks {
            download: Check::passed(),
            consumer: Check::skipped("it has no library"),
            install: Check::skipped(Check::CLOSED),
            docs: Check::passed(),
        };
        let packages = vec![
            VerifiedPackage { text: why.clone(), ..package("a", "unknown") },
            VerifiedPackage { text: why, ..package("b", "unknown") },
            VerifiedPackage { found: Some(found.clone()), ..package("c", "foreign") },
            VerifiedPackage { checks: Some(closed), ..package("d", "ours") },
        ];
        let release = VerifiedRelease {
            id: "r1".to_owned(),
            commit: None,
            packages,
            tags: Vec::new(),
            branch: None,
        };
        let document = VerificationDocument { releases: vec![release], next: None };
        let shown = verification_view(&document, Paint::Plain, 100);
        assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
        assert_eq!(shown.matches("cargo login").count(), 1, "{shown}");
        let found = found.to_string();
        for said in [
            "  a 1.0.0; b 1.0.0: no credential for registry `kellnr`: run `cargo login`",
            "  d 1.0.0, install: not tried: the registry wants a credential",
            &*found,
        ] {
            assert!(shown.contains(said), "{shown}");
        }
        assert_eq!(shown.lines().filter(|line| line.contains("nobody can tell")).count(), 2);
    }
}
