//! A command line that cannot be understood, told to a program.

use crate::failure::Failure;
use cargo_orchestrate::wire::ExitCode;
use std::ffi::OsString;
use std::io::Write as _;

/// Whether the line asks for JSON, as far as a line that is not understood asks for anything.
pub(super) fn is_for_programs(arguments: &[OsString]) -> bool {
    let flags = arguments.iter().map(|argument| argument.to_string_lossy());
    let flags: Vec<_> = flags.take_while(|argument| argument != "--").collect();
    flags.contains(&"--message-format=json".into())
        || flags.windows(2).any(|pair| pair[0] == "--message-format" && pair[1] == "json")
}

/// The command that the line is about: `cargo orchestrate plan`.
pub(super) fn command(arguments: &[OsString], definition: &clap::Command) -> String {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    let named = words.find_map(|word| definition.find_subcommand(word));
    let named = named.map(|command| format!(" {}", command.get_name()));
    format!("cargo orchestrate{}", named.unwrap_or_default())
}

/// Writes what is wrong to stdout, as one line of JSON.
pub(super) fn tell(error: &clap::Error, command: &str) -> ExitCode {
    let failure = failure(error, command);
    if writeln!(std::io::stdout().lock(), "{}", failure.to_json()).is_err() {
        // There is nowhere left to complain when stderr is closed too.
        let _ = error.print();
    }
    failure.code
}

/// The same as a failure. What is wrong comes first in clap's words; a tip and a usage may follow.
pub(super) fn failure(error: &clap::Error, command: &str) -> Failure {
    let said = error.render().to_string();
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("the command line cannot be understood");
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let lines = lines.filter(|line| !line.starts_with("For more information"));
    lines
        .fold(Failure::new(ExitCode::Usage, first), |failure, line| {
            match line.split_once(": ").filter(|(label, _)| ["tip", "Usage"].contains(label)) {
                Some((label, text)) => failure.fact(&label.to_lowercase(), text),
                None => failure.now(line),
            }
        })
        .next(format!("{command} --help"), "says what can be typed")
}
