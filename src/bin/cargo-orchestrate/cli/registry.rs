//! `cargo orchestrate registry`, for tests and demonstrations.

use super::invocation::Registry;
use std::net::SocketAddr;

/// Run the embedded registry on its own until it is interrupted
///
/// Prints its index on stdout as soon as it answers. Keeps everything in memory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate registry --token secret
  cargo orchestrate registry --listen 127.0.0.1:8080 --upstream sparse+https://registry.example/index/")]
pub(super) struct RegistryArguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The token that uploads and yanks must carry; anything goes without it
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Answer from this index for packages that were not published here; `crates-io` by name
    #[arg(long, value_name = "INDEX")]
    upstream: Option<String>,
    /// Refuse only what no registry can store, as private registries do
    #[arg(long)]
    private: bool,
    /// Want the token for reading, too
    #[arg(long, requires = "token")]
    auth_required: bool,
    /// Take orders to delay, fail or lie over HTTP
    #[arg(long)]
    control: bool,
}

impl From<RegistryArguments> for Registry {
    fn from(from: RegistryArguments) -> Self {
        Self {
            listen: from.listen,
            token: from.token,
            upstream: from.upstream,
            is_private: from.private,
            auth_required: from.auth_required,
            control: from.control,
        }
    }
}
