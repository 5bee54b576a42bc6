//! The flags that say what to release and where to.

use super::invocation::{Push, Selection};
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::model::{Bump, PackageName, RegistryName, Version};

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
            },
            registry: from.registry,
            push: push(from.no_push),
        }
    }
}

pub(super) fn push(no_push: bool) -> Push {
    if no_push { Push::Nothing } else { Push::ToRemote }
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
            format!("`{version}` is neither `patch`, `minor`, `major` nor a version like 1.2.3")
        })?),
    };
    Ok((name, level))
}
