//! `cargo orchestrate change`.

use super::invocation::Change;
use cargo_orchestrate::facts::changeset::Level;
use cargo_orchestrate::model::PackageName;

/// Write a changeset: what a change means for the users of packages
///
/// Writes one Markdown file into `.changeset/`. It moves versions beside the commits, and the next
/// release uses it up. On a terminal it asks for what the flags do not say.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate change                                    asks for packages, levels and text
  cargo orchestrate change -p my-lib=minor -m 'Add cursors'   without a question
  cargo orchestrate change -p a=major -p b=patch -m 'Drop the old reader'

Levels: major, minor, patch and none. Below 1.0.0 they keep their meaning (a breaking
change, a feature, a fix) and move the version as commits do; `none` tells people and
releases nothing.")]
pub(super) struct ChangeArguments {
    /// A package and what the change means for its users; repeatable
    #[arg(short, long = "package", value_name = "NAME=LEVEL", value_parser = intent)]
    package: Vec<(PackageName, Level)>,
    /// What to tell people, as Markdown
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
}

impl From<ChangeArguments> for Change {
    fn from(from: ChangeArguments) -> Self {
        Self { intents: from.package, message: from.message }
    }
}

fn intent(text: &str) -> Result<(PackageName, Level), String> {
    let (name, level) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`; write it as `NAME=minor`"))?;
    let name = PackageName::new(name).map_err(|error| error.to_string())?;
    let level = level.parse::<Level>().map_err(|unknown| {
        let near = unknown.nearest.map(|near| format!("; did you mean `{near}`?"));
        format!("{unknown}: major, minor, patch or none{}", near.unwrap_or_default())
    })?;
    Ok((name, level))
}
