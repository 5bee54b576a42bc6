//! `cargo orchestrate plan`.

use super::invocation::{Explained, Plan, PlanFormat};
use super::selection::SelectionArguments;
use cargo_orchestrate::model::PackageName;
use clap::{ValueEnum, ValueHint};
use std::path::PathBuf;

/// Show what would be released, at which versions, in which order and why
///
/// Reads the workspace, its history and the registry. Changes nothing (but
/// for manifests, with `--fix`) and needs no token.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate plan                       what changed since the last release
  cargo orchestrate plan --explain my-cli      why my-cli moves, or why it does not
  cargo orchestrate plan --explain no-change   what a rule decides, and what changes it
  cargo orchestrate plan --bump my-lib=major   the same plan with a version of your own
  cargo orchestrate plan -o plan.json          keep it for `publish --plan plan.json`
  cargo orchestrate plan --diff plan.json      what changed since that plan was made
  cargo orchestrate plan --format markdown     a page for a pull request
  cargo orchestrate plan -o plan.svg           a picture of the waves")]
pub(super) struct PlanArguments {
    /// Show the chain of reasons of one package, in the plan or not; or what a rule says that reasons
    /// name (`rule:ID` where a package has the same name, `rule:` for a list of all)
    #[arg(long, value_name = "PACKAGE|RULE", value_parser = explained)]
    explain: Option<Explained>,
    /// Show how the plan differs from an older one that was kept with `-o`
    #[arg(long, value_name = "OLD", value_hint = ValueHint::FilePath, conflicts_with = "explain")]
    diff: Option<PathBuf>,
    /// How to write the plan: to stdout, or with `-o` to the file
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "explain")]
    format: Option<FormatArgument>,
    /// Keep the plan in a file; repeatable. Without `--format` the name says how: `.md`, `.dot`, `.mmd`,
    /// `.svg`, and JSON for every other
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Vec<PathBuf>,
    /// Exit with 4 when there is nothing to release
    #[arg(long)]
    require_changes: bool,
    /// Edit the dev-dependencies that keep packages from being published, instead of planning
    #[arg(long, conflicts_with_all = ["explain", "diff", "format", "output", "require_changes", "package", "exclude",
        "bump", "registry", "no_push"])]
    fix: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
}

fn explained(text: &str) -> Result<Explained, String> {
    match text.strip_prefix("rule:") {
        Some(id) => Ok(Explained::Rule(id.to_owned())),
        None => PackageName::new(text).map(Explained::Either).map_err(|error| error.to_string()),
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArgument {
    /// What people read on a terminal
    Table,
    /// What programs read, and `publish --plan`
    Json,
    /// A page for a pull request
    Markdown,
    /// A graph for Graphviz
    Dot,
    /// A flow chart that forges draw
    Mermaid,
    /// A picture
    Svg,
}

impl From<FormatArgument> for PlanFormat {
    fn from(from: FormatArgument) -> Self {
        match from {
            FormatArgument::Table => Self::Table,
            FormatArgument::Json => Self::Json,
            FormatArgument::Markdown => Self::Markdown,
            FormatArgument::Dot => Self::Dot,
            FormatArgument::Mermaid => Self::Mermaid,
            FormatArgument::Svg => Self::Svg,
        }
    }
}

impl From<PlanArguments> for Plan {
    fn from(from: PlanArguments) -> Self {
        Self {
            selection: from.selection.into(),
            explain: from.explain,
            diff: from.diff,
            format: from.format.map(Into::into),
            output: from.output,
            require_changes: from.require_changes,
            fix: from.fix,
        }
    }
}
