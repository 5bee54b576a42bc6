//! The flags that say what to release and where to.

use super::invocation::{Push, Selection};
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::model::{Bump, PackageName, PreId, RegistryName, Version, nearest};
use cargo_orchestrate::plan::Verification;

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What to release")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct SelectionArguments {
    /// Release this package and what it needs, instead of everything that changed; repeatable
    #[arg(short, long = "package", value_name = "NAME")]
    package: Vec<PackageName>,
    /// Do not release this package of its own accord; repeatable
    #[arg(long, value_name = "NAME")]
    exclude: Vec<PackageName>,
    /// Move a package by `patch`, `minor` or `major`, or to a version; repeatable
    #[arg(long, value_name = "NAME=LEVEL", value_parser = bump)]
    bump: Vec<(PackageName, RequestedBump)>,
    /// Release pre-releases of this line, as `rc`: of everything, or of one package; repeatable
    #[arg(long, value_name = "[NAME=]LINE", value_parser = pre)]
    pre: Vec<(Option<PackageName>, PreId)>,
    /// Leave the line of pre-releases for the release: with everything, or with one package;
    /// repeatable
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = false)]
    finish: Option<Vec<PackageName>>,
    /// Release only what was touched since the last release of what is checked out, as patches,
    /// and what must follow
    #[arg(long, conflicts_with_all = ["pre", "finish"])]
    hotfix: bool,
    /// Publish to this registry, whatever the manifests say
    #[arg(long, value_name = "NAME")]
    registry: Option<RegistryName>,
    /// Leave the remote alone: commit and tags stay in this repository
    #[arg(long)]
    no_push: bool,
    /// Publish what was packed without building it first
    #[arg(long)]
    no_verify: bool,
    /// Publish requirements that a rollback pinned with `=`, too
    #[arg(long)]
    publish_pins: bool,
}

impl SelectionArguments {
    /// Two flags of which only one can be meant, in words.
    pub(super) fn conflict(&self) -> Option<String> {
        let bump = |(name, bump): &(PackageName, RequestedBump)| match bump {
            RequestedBump::Part(part) => format!("--bump {name}={part}"),
            RequestedBump::Exactly(version) => format!("--bump {name}={version}"),
        };
        let pre = |(of, id): &(Option<PackageName>, PreId)| match of {
            Some(name) => format!("--pre {name}={id}"),
            None => format!("--pre {id}"),
        };
        if let Some([one, other]) = differing(&self.bump) {
            return Some(format!("`{}` and `{}` ask for two versions", bump(one), bump(other)));
        }
        if let Some([one, other]) = differing(&self.pre) {
            return Some(format!("`{}` and `{}` ask for two lines", pre(one), pre(other)));
        }
        let finish = self.finish.as_deref()?;
        let ended = |of: &Option<PackageName>| match of {
            Some(name) => finish.contains(name).then(|| format!("--finish {name}")),
            None => finish.is_empty().then(|| "--finish".to_owned()),
        };
        let mut both = self.pre.iter().filter_map(|line| Some((line, ended(&line.0)?)));
        let (line, finish) = both.next()?;
        Some(format!("`{}` goes on with a line that `{finish}` ends", pre(line)))
    }
}

/// Two entries for the same thing that say different things about it.
fn differing<K: PartialEq, V: PartialEq>(entries: &[(K, V)]) -> Option<[&(K, V); 2]> {
    entries.iter().enumerate().find_map(|(index, other)| {
        let one = entries[..index].iter().find(|one| one.0 == other.0 && one.1 != other.1)?;
        Some([one, other])
    })
}

impl From<SelectionArguments> for Selection {
    fn from(from: SelectionArguments) -> Self {
        Self {
            request: Request {
                only: from.package,
                exclude: from.exclude,
                bumps: from.bump.into_iter().collect(),
                pre: from.pre.iter().rfind(|(of, _)| of.is_none()).map(|(_, id)| id.clone()),
                pre_of: from.pre.into_iter().filter_map(|(of, id)| Some((of?, id))).collect(),
                finish: from.finish.as_ref().is_some_and(Vec::is_empty),
                finish_of: from.finish.into_iter().flatten().collect(),
                hotfix: from.hotfix,
            },
            registry: from.registry,
            push: push(from.no_push),
            publish_pins: from.publish_pins,
            hotfix_of: None,
            verification: if from.no_verify { Verification::None } else { Verification::Build },
        }
    }
}

pub(super) fn push(no_push: bool) -> Push {
    if no_push { Push::Nothing } else { Push::ToRemote }
}

fn pre(text: &str) -> Result<(Option<PackageName>, PreId), String> {
    let (name, id) = match text.split_once('=') {
        Some((name, id)) => (Some(PackageName::new(name).map_err(|error| error.to_string())?), id),
        None => (None, text),
    };
    let id = PreId::new(id).map_err(|error| error.to_string())?;
    Ok((name, id))
}

fn bump(text: &str) -> Result<(PackageName, RequestedBump), String> {
    let (name, level) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`; write it as `NAME=minor` or `NAME=1.2.3`"))?;
    let name = PackageName::new(name).map_err(|error| error.to_string())?;
    let level = match level {
        "patch" => RequestedBump::Part(Bump::Patch),
        "minor" => RequestedBump::Part(Bump::Minor),
        "major" => RequestedBump::Part(Bump::Major),
        version => RequestedBump::Exactly(Version::parse(version).map_err(|_| {
            let near = nearest(version, ["patch", "minor", "major"]);
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!(
                "`{version}` is neither `patch`, `minor`, `major` nor a version like 1.2.3{near}"
            )
        })?),
    };
    Ok((name, level))
}
