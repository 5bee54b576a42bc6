//! The flags that say what to release and where to.

use super::invocation::{Push, Selection};
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::model::{Bump, PackageName, PreId, RegistryName, Version, nearest};

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What to release")]
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
    /// Publish to this registry, whatever the manifests say
    #[arg(long, value_name = "NAME")]
    registry: Option<RegistryName>,
    /// Leave the remote alone: commit and tags stay in this repository
    #[arg(long)]
    no_push: bool,
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
            },
            registry: from.registry,
            push: push(from.no_push),
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
