//! `rehearse`: the whole release and its rollback, away from everything real.

use crate::cli::{Global, Rehearse};
use crate::failure::Failure;
use crate::ui::Screen;
use cargo_orchestrate::wire::ExitCode;

/// Rehearses.
pub(super) fn run(_: &Global, _: &Rehearse, _: &Screen) -> Result<ExitCode, Failure> {
    Err(Failure::set_up("the rehearsal is being built"))
}
