//! Which providers are asked for the credential of a registry, and in which order.

use super::config::Configuration;
use cargo_config2::{CredentialProvider, PathAndArgs};
use cargo_orchestrate::model::RegistryName;

/// A way to get a credential.
#[derive(Debug)]
pub(super) enum Provider {
    /// The environment, `credentials.toml`, `config.toml`.
    Token,
    /// A program that prints the token.
    TokenFromStdout(PathAndArgs),
    /// A program that speaks Cargo's protocol.
    Program(PathAndArgs),
    /// One that is compiled into Cargo.
    OnlyCargo(&'static str),
    /// One of another system, which Cargo passes over.
    Elsewhere(&'static str),
}

/// The stores of operating systems that Cargo itself can ask, each with whether it is of this one.
const STORES: [(&str, bool); 3] = [
    ("cargo:wincred", cfg!(windows)),
    ("cargo:macos-keychain", cfg!(target_os = "macos")),
    ("cargo:libsecret", cfg!(target_os = "linux")),
];

fn store(name: &str) -> Option<Provider> {
    let (name, is_here) = STORES.iter().find(|(store, _)| *store == name)?;
    Some(if *is_here { Provider::OnlyCargo(name) } else { Provider::Elsewhere(name) })
}

/// The providers to ask, first things first (Cargo Book, "Registry Authentication").
pub(super) fn providers(configuration: &Configuration, name: &RegistryName) -> Vec<Provider> {
    let cargo = &configuration.cargo;
    let of_registry = if name.is_crates_io() {
        cargo.registry.credential_provider.clone()
    } else {
        configuration
            .registry_variable(name, "CREDENTIAL_PROVIDER")
            .and_then(from_words)
            .or_else(|| configuration.table(name)?.credential_provider.clone())
    };
    let listed = match of_registry {
        Some(provider) => vec![provider],
        // The last one in the list goes first.
        None => cargo.registry.global_credential_providers.as_ref().iter().rev().cloned().collect(),
    };
    if listed.is_empty() {
        return vec![Provider::Token];
    }
    listed.into_iter().filter_map(|provider| resolve(configuration, provider)).collect()
}

fn resolve(configuration: &Configuration, provider: CredentialProvider) -> Option<Provider> {
    Some(match provider {
        CredentialProvider::CargoToken => Provider::Token,
        CredentialProvider::CargoTokenFromStdout(command) => Provider::TokenFromStdout(command),
        // An alias has no arguments, wherever it is named.
        CredentialProvider::Plugin(command) => {
            let name = command.args.is_empty().then(|| command.path.to_str()).flatten();
            let alias = name.and_then(|name| configuration.cargo.credential_alias.get(name));
            return builtin_by_path(alias.unwrap_or(&command).clone());
        }
        CredentialProvider::Alias(alias) => {
            return builtin_by_path(configuration.cargo.credential_alias.get(&alias)?.clone());
        }
        CredentialProvider::CargoWincred => return store("cargo:wincred"),
        CredentialProvider::CargoMacosKeychain => return store("cargo:macos-keychain"),
        CredentialProvider::CargoLibsecret => return store("cargo:libsecret"),
        _ => return None,
    })
}

/// What a path and arguments stand for: a built-in provider, or a program. No path of a program has
/// a colon in it.
fn builtin_by_path(mut command: PathAndArgs) -> Option<Provider> {
    // A relative path of a configuration file may have become one below some folder.
    let name = command.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        "cargo:token" => Some(Provider::Token),
        "cargo:token-from-stdout" if command.args.is_empty() => None,
        "cargo:token-from-stdout" => {
            command.path = command.args.remove(0).into();
            Some(Provider::TokenFromStdout(command))
        }
        store @ ("cargo:wincred" | "cargo:macos-keychain" | "cargo:libsecret") => {
            self::store(store)
        }
        "cargo:paseto" => Some(Provider::OnlyCargo("cargo:paseto")),
        _ => Some(Provider::Program(command)),
    }
}

/// A provider from a variable of the environment, words between white space.
fn from_words(text: &str) -> Option<CredentialProvider> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let command = |mut words: std::str::SplitWhitespace<'_>| {
        let mut command = PathAndArgs::new(words.next()?);
        command.args(words);
        Some(command)
    };
    Some(match first {
        "cargo:token" => CredentialProvider::CargoToken,
        "cargo:wincred" => CredentialProvider::CargoWincred,
        "cargo:macos-keychain" => CredentialProvider::CargoMacosKeychain,
        "cargo:libsecret" => CredentialProvider::CargoLibsecret,
        "cargo:token-from-stdout" => CredentialProvider::CargoTokenFromStdout(command(words)?),
        _ => CredentialProvider::Plugin(command(text.split_whitespace())?),
    })
}
