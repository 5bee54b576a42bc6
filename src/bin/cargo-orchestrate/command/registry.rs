//! `registry`: the embedded registry on its own.

use crate::cli::Registry;
use crate::failure::Failure;
use crate::registry::CRATES_IO;
use crate::rehearsal::registry::{Options, Rules, UpstreamOptions, serve_foreground};
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::wire::ExitCode;

/// Serves until stdin closes.
pub(super) fn run(registry: &Registry) -> Result<ExitCode, Failure> {
    let options = Options {
        listen: registry.listen,
        token: registry.token.clone(),
        upstream: registry.upstream.as_deref().map(upstream),
        rules: if registry.is_private { Rules::Private } else { Rules::CratesIo },
        auth_required: registry.auth_required,
        control: registry.control,
        ..Options::default()
    };
    serve_foreground(options).map_err(|error| {
        Failure::set_up(format!("could not serve on {}", registry.listen)).because(error)
    })?;
    Ok(ExitCode::Done)
}

/// An index by its address, or crates.io's by name.
fn upstream(named: &str) -> UpstreamOptions {
    let is_name = RegistryName::new(named).is_ok_and(|name| name.is_crates_io());
    let index_url = if is_name { CRATES_IO } else { named };
    UpstreamOptions { index_url: index_url.to_owned(), caches: Vec::new() }
}
