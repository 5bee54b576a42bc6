//! The command line as a whole: what every command shares, and how it is taken apart.

use super::invocation::{Colour, Command, Global, Invocation, MessageFormat, Verbosity};
use super::selection::SelectionArguments;
use super::{
    change, impact, plan, publish, registry, rehearse, status, usage, verify, yank_rollback,
};
use cargo_orchestrate::wire::ExitCode;
use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

/// Release a Cargo workspace as one transaction: plan, publish, and take it back
///
/// `plan` shows what would be released, at which versions, in which order and why. `publish` does
/// it; stopped anywhere, the same command finishes it. `yank-rollback` takes a release back.
#[derive(Debug, Parser)]
#[command(
    name = "cargo orchestrate",
    bin_name = "cargo orchestrate",
    version,
    styles = STYLES,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = AFTER_HELP
)]
struct Arguments {
    #[command(flatten)]
    global: GlobalArguments,
    #[command(subcommand)]
    command: CommandArguments,
}

const AFTER_HELP: &str = "\
Start with `cargo orchestrate plan`: it needs no configuration and changes nothing.

Exit codes: 0 done, 2 usage, 4 nothing to release, 96 set-up, 97 refused before any effect,
98 plan stale, 100 stopped part-way and resumable, 101 packages did not build, 102 cargo metadata
failed, 103 rolled back with residue, 105 needs a decision, 110 output not written, 130 interrupted";

/// The colours of Cargo's own help.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightGreen.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::BrightGreen.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::BrightCyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::BrightRed.on_default().effects(Effects::BOLD))
    .valid(AnsiColor::BrightCyan.on_default().effects(Effects::BOLD))
    .invalid(AnsiColor::Yellow.on_default().effects(Effects::BOLD));

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Common options")]
struct GlobalArguments {
    /// Read the workspace of this manifest
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    manifest_path: Option<PathBuf>,
    /// Work in this folder instead of the current one
    #[arg(short = 'C', long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    directory: Option<PathBuf>,
    /// Ask neither a registry nor the remote: work with the answers kept from before
    #[arg(long, global = true)]
    offline: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: ColourArgument,
    /// Say nothing but the answer, errors and questions
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    verbose: bool,
    /// For whom to write: people, or programs (one JSON object a line on stdout)
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value = "human")]
    message_format: FormatArgument,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ColourArgument {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArgument {
    Human,
    Json,
}

#[derive(Debug, Subcommand)]
enum CommandArguments {
    Plan(plan::PlanArguments),
    Publish(publish::PublishArguments),
    YankRollback(yank_rollback::YankRollbackArguments),
    Change(change::ChangeArguments),
    Status(status::StatusArguments),
    Verify(verify::VerifyArguments),
    Impact(impact::ImpactArguments),
    Rehearse(rehearse::RehearseArguments),
    #[command(hide = true)]
    Registry(registry::RegistryArguments),
}

impl CommandArguments {
    /// What is to be released, where a command is about that.
    fn selection(&self) -> Option<&SelectionArguments> {
        match self {
            Self::Plan(arguments) => Some(&arguments.selection),
            Self::Publish(arguments) => Some(&arguments.selection),
            Self::Rehearse(arguments) => Some(&arguments.selection),
            _ => None,
        }
    }
}

/// Takes a command line apart; `arguments` begins with the name of the program.
///
/// Works as `cargo orchestrate plan` (Cargo hands `orchestrate` on as the first argument) and as
/// `cargo-orchestrate plan`.
///
/// # Errors
/// The exit code, when help, the version or what is wrong with the line was printed instead.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    understand(arguments.clone()).map_err(|error| {
        let answered = !error.use_stderr();
        if !answered && usage::is_for_programs(&arguments) {
            return usage::tell(&error, &usage::command(&arguments, &Arguments::command()));
        }
        match (error.print(), answered) {
            (Ok(()), true) => ExitCode::Done,
            (Err(_), true) => ExitCode::OutputNotWritten,
            (_, false) => ExitCode::Usage,
        }
    })
}

pub(super) fn understand(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Invocation, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == "orchestrate") {
        arguments.remove(1);
    }
    let parsed = Arguments::try_parse_from(arguments)?;
    if let Some(conflict) = parsed.command.selection().and_then(SelectionArguments::conflict) {
        return Err(Arguments::command().error(ErrorKind::ArgumentConflict, conflict));
    }
    Ok(Invocation { global: parsed.global.into(), command: parsed.command.into() })
}

#[cfg(test)]
pub(super) fn definition() -> clap::Command {
    Arguments::command()
}

impl From<GlobalArguments> for Global {
    fn from(from: GlobalArguments) -> Self {
        Self {
            directory: from.directory,
            manifest_path: from.manifest_path,
            offline: from.offline,
            colour: match from.color {
                ColourArgument::Auto => Colour::Auto,
                ColourArgument::Always => Colour::Always,
                ColourArgument::Never => Colour::Never,
            },
            verbosity: match (from.quiet, from.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
            format: match from.message_format {
                FormatArgument::Human => MessageFormat::Human,
                FormatArgument::Json => MessageFormat::Json,
            },
        }
    }
}

impl From<CommandArguments> for Command {
    fn from(from: CommandArguments) -> Self {
        match from {
            CommandArguments::Plan(arguments) => Self::Plan(arguments.into()),
            CommandArguments::Publish(arguments) => Self::Publish(arguments.into()),
            CommandArguments::YankRollback(arguments) => Self::YankRollback(arguments.into()),
            CommandArguments::Change(arguments) => Self::Change(arguments.into()),
            CommandArguments::Status(arguments) => Self::Status(arguments.into()),
            CommandArguments::Verify(arguments) => Self::Verify(arguments.into()),
            CommandArguments::Impact(arguments) => Self::Impact(arguments.into()),
            CommandArguments::Rehearse(arguments) => Self::Rehearse(arguments.into()),
            CommandArguments::Registry(arguments) => Self::Registry(arguments.into()),
        }
    }
}
