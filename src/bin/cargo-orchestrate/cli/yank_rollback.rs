//! `cargo orchestrate yank-rollback`.

use super::duration;
use super::invocation::{PlanFormat, RollbackTarget, YankRollback};
use super::publish::consent;
use super::selection::push;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::rollback::{DownstreamWish, Way};
use clap::{ValueEnum, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// Take a release back: yank it, go back to the last good versions, revert
///
/// Yanks dependents before their dependencies, so that nothing that is still there stops resolving,
/// and reverts the release commit with a commit of its own. History is never rewritten. Version
/// numbers stay used up; the command says what else cannot be undone, and asks.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "\
Examples:
  cargo orchestrate yank-rollback               the last release
  cargo orchestrate yank-rollback --plan-only   what it would do (`--format markdown`: as a page)
  cargo orchestrate yank-rollback lib@1.2.0     one version, whoever published it
  cargo orchestrate yank-rollback --since v1.4  everything that came after
  cargo orchestrate yank-rollback --hotfix      publish the fix, then yank what it mends
  cargo orchestrate yank-rollback --unpin       lift what it pinned, after the fix
  cargo orchestrate yank-rollback --undo        bring the last rolled-back release back")]
pub(super) struct YankRollbackArguments {
    /// What to take back: a release, as `publish` named it, a tag, or versions as `NAME@VERSION`;
    /// the last release when not given
    #[arg(value_name = "RELEASE", conflicts_with_all = ["last", "undo"])]
    targets: Vec<String>,
    /// Yank, and leave the files of the workspace as they are
    #[arg(long, conflicts_with = "undo")]
    yank_only: bool,
    /// Yank, and go back to the last good versions in the workspace, with a commit
    #[arg(long, conflicts_with_all = ["undo", "yank_only"])]
    revert: bool,
    /// The same, and what is left, here and in the repositories of `[downstream.NAME]`, requires
    /// exactly the last good versions until `--unpin` (the default, if none is configured)
    #[arg(long, conflicts_with_all = ["undo", "yank_only", "revert"])]
    pin: bool,
    /// Publish what is checked out as new versions first, then yank those that they replace
    #[arg(long, conflicts_with_all = ["undo", "yank_only", "revert", "pin", "since"])]
    hotfix: bool,
    /// Prepare a branch for the hotfix: the last good release and this commit; repeatable
    #[arg(long, value_name = "COMMIT", requires = "hotfix")]
    pick: Vec<String>,
    /// Take everything back that was released after this tag, commit or release, whoever released it
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["targets", "last", "undo"])]
    since: Option<String>,
    /// Why, for whoever asks the registry; left out where it takes no reason
    #[arg(long, value_name = "TEXT", conflicts_with = "undo", value_parser = reason)]
    reason: Option<String>,
    /// Write drafts of advisories in `RustSec`'s form into this folder, one a package, with `--reason`
    /// as title and text: `crates/NAME/RUSTSEC-0000-0000.md`
    #[arg(
        long,
        value_name = "PATH",
        value_hint = ValueHint::DirPath,
        conflicts_with_all = ["undo", "unpin"]
    )]
    advisory: Option<PathBuf>,
    /// Let the last live version of a package go
    #[arg(long, conflicts_with = "undo")]
    allow_last: bool,
    /// Take the last release back (the default)
    #[arg(long, conflicts_with = "undo")]
    last: bool,
    /// Take a rollback back: unyank, dependencies first; the last one when not named
    #[arg(long, value_name = "ROLLBACK", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "so clap says: a flag that may have a value")]
    undo: Option<Option<String>>,
    /// Lift the pins of a rollback; of all rollbacks when none is named
    #[arg(
        long,
        value_name = "ROLLBACK",
        num_args = 0..=1,
        conflicts_with_all = [
            "targets", "last", "since", "undo", "yank_only", "revert", "pin", "hotfix", "reason",
            "allow_last"
        ]
    )]
    #[expect(clippy::option_option, reason = "so clap says: a flag that may have a value")]
    unpin: Option<Option<String>>,
    /// Do not ask before yanking
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done, and stop
    #[arg(long)]
    plan_only: bool,
    /// How to write what would be done: to stdout, or with `-o` to the file
    #[arg(long, value_enum, value_name = "FORMAT", requires = "plan_only")]
    format: Option<FormatArgument>,
    /// Keep it in a file; repeatable. Without `--format` the name says how: `.md`, and JSON for every
    /// other
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        requires = "plan_only"
    )]
    output: Vec<PathBuf>,
    /// Leave the remote alone: the revert stays in this repository
    #[arg(long)]
    no_push: bool,
    /// Leave the repositories downstream alone
    #[arg(long)]
    no_downstream: bool,
    /// Push the branches in repositories downstream that are named by their path, too
    #[arg(long, conflicts_with_all = ["no_downstream", "no_push"])]
    push_downstream: bool,
    /// Wait this long in all for rate limits and visibility: `90s`, `10m`, `0`
    #[arg(long, value_name = "DURATION", default_value = "60m", value_parser = duration::parse)]
    max_wait: Duration,
    /// Wait this long for another machine that is releasing: `5m`
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = duration::parse)]
    wait_lock: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArgument {
    /// What people read on a terminal
    Table,
    /// What programs read
    Json,
    /// A page for an issue or a pull request
    Markdown,
}

impl From<FormatArgument> for PlanFormat {
    fn from(from: FormatArgument) -> Self {
        match from {
            FormatArgument::Table => Self::Table,
            FormatArgument::Json => Self::Json,
            FormatArgument::Markdown => Self::Markdown,
        }
    }
}

impl From<YankRollbackArguments> for YankRollback {
    fn from(from: YankRollbackArguments) -> Self {
        Self {
            target: match (from.undo, from.unpin, from.since) {
                (Some(rollback), ..) => RollbackTarget::Undo(rollback),
                (None, Some(rollback), _) => RollbackTarget::Unpin(rollback),
                (None, None, Some(revision)) => RollbackTarget::Since(revision),
                (None, None, None) => targets(&from.targets),
            },
            way: [
                (from.yank_only, Way::YankOnly),
                (from.revert, Way::Revert),
                (from.pin, Way::Pin),
                (from.hotfix, Way::Hotfix),
            ]
            .into_iter()
            .find_map(|(is_asked, way)| is_asked.then_some(way)),
            allow_last: from.allow_last,
            reason: from.reason,
            advisory: from.advisory,
            picks: from.pick,
            consent: consent(from.yes),
            plan_only: from.plan_only,
            format: from.format.map(Into::into),
            output: from.output,
            push: push(from.no_push),
            downstream: match (from.no_downstream, from.no_push, from.push_downstream) {
                (true, ..) => DownstreamWish::Leave,
                (_, true, _) => DownstreamWish::Unpushed,
                (.., true) => DownstreamWish::Pushed,
                _ => DownstreamWish::AsNamed,
            },
            max_wait: from.max_wait,
            wait_lock: from.wait_lock,
        }
    }
}

/// A sentence or more, without what could disturb whoever reads it.
fn reason(text: &str) -> Result<String, String> {
    const LONGEST: usize = 1000;
    let text = text.trim();
    if text.is_empty() {
        return Err("a reason has words".to_owned());
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err("a reason has no control characters".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("a reason has at most {LONGEST} characters"));
    }
    Ok(text.to_owned())
}

/// One release or tag, or versions; what is neither is looked for as a release, and not found.
pub(super) fn targets(texts: &[String]) -> RollbackTarget {
    if texts.is_empty() {
        return RollbackTarget::Release(None);
    }
    match texts.iter().map(|text| version(text)).collect() {
        Some(versions) => RollbackTarget::Versions(versions),
        None => RollbackTarget::Release(Some(texts.join(" "))),
    }
}

/// `NAME@VERSION`.
fn version(text: &str) -> Option<(PackageName, Version)> {
    let (name, version) = text.rsplit_once('@')?;
    Some((PackageName::new(name).ok()?, Version::parse(version).ok()?))
}
