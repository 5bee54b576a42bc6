//! What happened to members, as bytes and back.

use super::kept::{Reader, Writer};
use crate::redact;
use cargo_orchestrate::facts::{Baseline, BaselineSource, Commit, Evidence, History};
use cargo_orchestrate::model::{Oid, PackageName, RelPath, Version};
use std::collections::BTreeMap;

/// A published version whose commit was asked for, and what was said.
pub(super) type Asked = (PackageName, Version, Option<Oid>);

/// An answer to what happened, and to what else was asked of registries on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) asked: Vec<Asked>,
    pub(super) histories: BTreeMap<PackageName, History>,
}

impl Told {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(self.asked.len());
        for (package, version, commit) in &self.asked {
            out.text(package.as_str());
            out.text(&version.to_string());
            out.text(commit.as_ref().map_or("", Oid::as_str));
        }
        out.count(self.histories.len());
        for (package, history) in &self.histories {
            out.text(package.as_str());
            write(&mut out, history);
        }
        out.0
    }

    /// Nothing when the bytes are none of [`Self::bytes`].
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut input = Reader(bytes);
        let asked = input.many(|input| {
            let (package, version) = (name(input)?, Version::parse(input.text()?).ok()?);
            let commit = Some(input.text()?).filter(|commit| !commit.is_empty());
            Some((package, version, commit.map(Oid::from_hex)))
        })?;
        let histories: Vec<_> = input.many(|input| Some((name(input)?, history(input)?)))?;
        Some(Self { asked, histories: histories.into_iter().collect() })
    }
}

fn write(out: &mut Writer, history: &History) {
    out.flag(history.baseline.is_some());
    if let Some(baseline) = &history.baseline {
        out.text(&baseline.version.to_string());
        out.text(baseline.oid.as_str());
        out.flag(matches!(baseline.source, BaselineSource::Tag(_)));
        if let BaselineSource::Tag(tag) = &baseline.source {
            out.text(tag);
        }
        out.flag(baseline.is_own);
    }
    out.count(history.evidence.len());
    for evidence in &history.evidence {
        let (kind, text) = match evidence {
            Evidence::Path(path) => (0, path.as_str()),
            Evidence::Input(path) => (1, path.as_str()),
            Evidence::ManifestKey(key) => (2, key.as_str()),
            Evidence::Locked(text) => (3, text.as_str()),
        };
        out.count(kind);
        out.text(text);
    }
    out.count(history.commits.len());
    for commit in &history.commits {
        out.text(commit.oid.as_str());
        out.text(&commit.message);
        out.flag(commit.routed_by_scope);
    }
    out.flag(history.is_cut_off);
    for commits in [&history.stands_at, &history.stood_before] {
        out.count(commits.len());
        for commit in commits {
            out.text(commit.as_str());
        }
    }
}

fn history(input: &mut Reader<'_>) -> Option<History> {
    Some(History {
        baseline: if input.flag()? { Some(baseline(input)?) } else { None },
        evidence: input.many(evidence)?,
        commits: input.many(commit)?,
        is_cut_off: input.flag()?,
        stands_at: input.many(oid)?,
        stood_before: input.many(oid)?,
    })
}

fn baseline(input: &mut Reader<'_>) -> Option<Baseline> {
    Some(Baseline {
        version: Version::parse(input.text()?).ok()?,
        oid: oid(input)?,
        source: if input.flag()? {
            BaselineSource::Tag(input.text()?.to_owned())
        } else {
            BaselineSource::VcsInfo
        },
        is_own: input.flag()?,
    })
}

fn evidence(input: &mut Reader<'_>) -> Option<Evidence> {
    let (kind, text) = (input.count()?, input.text()?);
    let path = || RelPath::new(text).ok();
    Some(match kind {
        0 => Evidence::Path(path()?),
        1 => Evidence::Input(path()?),
        2 => Evidence::ManifestKey(text.to_owned()),
        3 => Evidence::Locked(text.to_owned()),
        _ => return None,
    })
}

fn commit(input: &mut Reader<'_>) -> Option<Commit> {
    Some(Commit {
        oid: oid(input)?,
        // Kept by a run that did not know what is a secret here.
        message: redact::hidden(input.text()?).into_owned(),
        routed_by_scope: input.flag()?,
    })
}

fn oid(input: &mut Reader<'_>) -> Option<Oid> {
    input.text().map(Oid::from_hex)
}

fn name(input: &mut Reader<'_>) -> Option<PackageName> {
    PackageName::new(input.text()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let (a, b) = ("a", "b");
        let name = |text: &str| PackageName::new(text).expect("a name");
        let path = |text: &str| RelPath::new(text).expect("a path");
        let version = Version::parse("0.1.0-rc.1").expect("a version");
        let oid = Oid::from_hex("ab".repeat(20));
        let commit = |routed_by_scope| Commit {
            oid: oid.clone(),
            message: "fix(a): mend\n\nall of it\n".to_owned(),
            routed_by_scope,
        };
        let tagged = History {
            baseline: Some(Baseline {
                version: version.clone(),
                oid: oid.clone(),
                source: BaselineSource::Tag("a-v0.1.0-rc.1".to_owned()),
                is_own: true,
            }),
            evidence: vec![
                Evidence::Path(path("a/src/lib.rs")),
                Evidence::Input(path("all.proto")),
                Evidence::ManifestKey("package.edition".to_owned()),
                Evidence::Locked("serde 1.0.1".to_owned()),
            ],
            commits: vec![commit(true), commit(false)],
            is_cut_off: true,
            stands_at: [oid.clone()].into(),
            stood_before: [oid.clone()].into(),
        };
        let mut untagged = tagged.clone();
        untagged.baseline.as_mut().expect("a baseline").source = BaselineSource::VcsInfo;
        let histories =
            [(name(a), tagged), (name(b), untagged), (name("c"), History::default())].into();
        let asked = vec![(name(a), version.clone(), Some(oid)), (name(b), version, None)];
        let told = Told { asked, histories };
        let bytes = told.bytes();
        assert_eq!(Told::read(&bytes), Some(told));
        for at in 0..bytes.len() {
            assert_eq!(Told::read(&bytes[..at]), None, "cut at {at}");
        }
    }
}
