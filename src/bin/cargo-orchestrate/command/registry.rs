//! `registry`: the embedded registry on its own.

use crate::cli::Registry;
use crate::failure::Failure;
use crate::rehearsal::registry::{Options, UpstreamOptions, serve_foreground};
use cargo_orchestrate::wire::ExitCode;

/// Serves until stdin closes.
pub(super) fn run(registry: &Registry) -> Result<ExitCode, Failure> {
    let options = Options {
        listen: registry.listen,
        token: registry.token.clone(),
        upstream: registry
            .upstream
            .clone()
            .map(|index_url| UpstreamOptions { index_url, caches: Vec::new() }),
        control: registry.control,
        ..Options::default()
    };
    serve_foreground(options).map_err(|error| {
        Failure::set_up(format!("could not serve on {}", registry.listen)).because(error)
    })?;
    Ok(ExitCode::Done)
}
