//! Writes what is made from the code and kept beside it.

use crate::arguments::Arguments;
use crate::bless::overwrite;

/// Writes the reference of the rules.
///
/// # Errors
/// When the library does not build.
pub(crate) fn run(arguments: Arguments) -> Result<(), String> {
    arguments.end()?;
    overwrite("the_page_about_the_rules_is_made_from_their_table")?;
    println!("Read what `git diff docs` shows before committing it.");
    Ok(())
}
