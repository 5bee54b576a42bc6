//! Lets two jobs release at once, many times.

use crate::arguments::Arguments;
use crate::build;
use crate::support::Sandbox;
use crate::support::duel::duel;
use std::path::PathBuf;

/// Lets two jobs release as often as asked, and prints what who lost said.
///
/// # Errors
/// When in one round it was not one that released, or the other did not say who does.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let rounds = arguments.option("--rounds")?.unwrap_or(20_usize);
    let workspace = arguments.option("--workspace")?.unwrap_or_else(|| "chain".to_owned());
    let program: PathBuf = arguments.option("--program")?.map_or_else(build::program, Ok)?;
    arguments.end()?;
    let mut good = 0;
    for round in 1..=rounds {
        match duel(&Sandbox::of(&program, &workspace)) {
            Ok(said) => {
                good += 1;
                println!("  {round:>3}  one released; the other: {said}");
            }
            Err(text) => println!("  {round:>3}  WRONG  {text}"),
        }
    }
    println!("\n{good} of {rounds} rounds: one release, each version once, the holder named");
    if good == rounds { Ok(()) } else { Err("not every round went well".to_owned()) }
}
