//! Credentials, found as Cargo finds them.

use super::config::{CRATES_IO, Configuration};
use super::provider::{self, Provided, Purpose};
use super::secret::Secret;
use super::trust::TRUST;
use super::trusted::{Identity, TrustedError};
use super::which::{Provider, providers};
use cargo_config2::{PathAndArgs, RegistriesConfigValue};
use cargo_orchestrate::model::RegistryName;

/// Why there is no credential.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialError {
    /// No provider has one.
    #[error("no credential for registry `{name}`: run `cargo login`, or set `{variable}`")]
    Missing { name: RegistryName, variable: String },
    /// The credentials file could not be read. What is in it is not repeated.
    #[error("could not read `{0}`")]
    File(String),
    /// A program that should have printed one did not.
    #[error("credential provider `{program}` {text}")]
    Provider { program: String, text: String },
    /// A provider that only Cargo itself can ask.
    #[error("credential provider `{provider}` answers nobody but Cargo: {instead}")]
    Unsupported { provider: &'static str, instead: String },
    /// The only provider is one of another operating system.
    #[error(
        "credential provider `{provider}` is one of another system, and no other is configured: set \
         `{variable}`"
    )]
    Elsewhere { provider: &'static str, variable: String },
    /// The checkout itself says how the credential is got or sent.
    #[error(
        "the workspace's own Cargo configuration sets {}, which could get at the credential: set \
         this outside of the repository, or set `{TRUST}=1`", list(.0)
    )]
    Untrusted(Vec<String>),
    /// Trusted publishing gave none.
    #[error(transparent)]
    Trusted(#[from] TrustedError),
    /// A text that cannot be sent.
    #[error("the credential for registry `{name}` cannot be sent in a header")]
    Malformed { name: RegistryName },
}

impl CredentialError {
    /// Whether something stands in the way of a credential, beside that there is none.
    pub(super) fn is_trouble(&self) -> bool {
        !matches!(self, Self::Missing { .. })
    }
}

/// What is known of a credential without running a program.
///
/// # Errors
/// [`CredentialError`] when asking for it is sure to fail; [`CredentialError::Missing`] when nothing
/// is configured that could have one.
pub(super) fn outlook(
    configuration: &Configuration,
    name: &RegistryName,
) -> Result<(), CredentialError> {
    if configuration.is_stood_in(name) {
        return Ok(());
    }
    is_permitted(configuration)?;
    let mut trouble = None;
    for provider in providers(configuration, name) {
        match provider {
            Provider::Token => match token(configuration, name)? {
                Some(token) if is_sendable(&token) => return Ok(()),
                // An empty one is as good as none.
                Some(token) if !token.expose().is_empty() => {
                    trouble = Some(CredentialError::Malformed { name: name.clone() });
                }
                _ => {}
            },
            Provider::OnlyCargo(provider) => match token(configuration, name)? {
                Some(token) if is_sendable(&token) => return Ok(()),
                _ => trouble = Some(unsupported(provider, configuration, name)),
            },
            Provider::Elsewhere(provider) => {
                trouble.get_or_insert_with(|| elsewhere(provider, name));
            }
            Provider::TokenFromStdout(command) | Provider::Program(command)
                if is_there(configuration, &command) =>
            {
                return Ok(());
            }
            Provider::TokenFromStdout(command) | Provider::Program(command) => {
                let program = command.path.display().to_string();
                let text = "is not there".to_owned();
                trouble = Some(CredentialError::Provider { program, text });
            }
        }
    }
    Err(trouble.unwrap_or_else(|| missing(name)))
}

/// Makes known, as secrets, the tokens that stand somewhere in plain text, whatever they are for.
pub(super) fn recognise(configuration: &Configuration) {
    for name in configuration.names() {
        let _ = token(configuration, &name);
        let _ = Identity::of(configuration, &name);
    }
}

/// Whether a program can be found, which is not to say that it runs.
fn is_there(configuration: &Configuration, command: &PathAndArgs) -> bool {
    if command.path.components().count() > 1 {
        return command.path.is_file();
    }
    let path = configuration.variable("PATH").unwrap_or_default();
    let suffix = std::env::consts::EXE_SUFFIX;
    std::env::split_paths(path).any(|folder| {
        let program = folder.join(&command.path);
        program.is_file() || program.with_extension(suffix.trim_start_matches('.')).is_file()
    })
}

fn missing(name: &RegistryName) -> CredentialError {
    CredentialError::Missing { name: name.clone(), variable: token_variable(name) }
}

/// The credential for one request. Where its provider lets it be kept, the answer says how long.
///
/// # Errors
/// [`CredentialError`], which never repeats anything that could be a secret.
pub(super) fn credential(
    configuration: &Configuration,
    name: &RegistryName,
    purpose: &Purpose<'_>,
) -> Result<Provided, CredentialError> {
    let once = |secret| Provided { secret, keep: None };
    // The real credential of a registry is nothing for whoever stands in for it.
    if configuration.is_stood_in(name) {
        return Ok(once(Secret::no_secret(super::STAND_IN_TOKEN)));
    }
    is_permitted(configuration)?;
    let index = index_for_providers(configuration, name);
    let mut why = None;
    for provider in providers(configuration, name) {
        let found = match provider {
            Provider::Token => token(configuration, name)?.map(once),
            // Kept in a store of the operating system. A token given in the open will do.
            Provider::OnlyCargo(provider) => {
                why = Some(unsupported(provider, configuration, name));
                token(configuration, name)?.map(once)
            }
            Provider::Elsewhere(provider) => {
                why.get_or_insert_with(|| elsewhere(provider, name));
                None
            }
            Provider::TokenFromStdout(command) => {
                Some(provider::token_from_stdout(&command, name, &index)?)
            }
            Provider::Program(command) => provider::ask(&command, name, &index, purpose)?,
        };
        if let Some(provided) = found {
            if !is_sendable(&provided.secret) {
                return Err(CredentialError::Malformed { name: name.clone() });
            }
            return Ok(provided);
        }
    }
    Err(why.unwrap_or_else(|| missing(name)))
}

/// What to do where only Cargo can ask a provider: another program that reads the same store, where
/// there is one, or the token itself.
fn unsupported(
    provider: &'static str,
    configuration: &Configuration,
    name: &RegistryName,
) -> CredentialError {
    let index = index_for_providers(configuration, name);
    // As Cargo's own providers name what they keep.
    let reads = match provider {
        "cargo:libsecret" => Some(format!("secret-tool lookup url {index}")),
        "cargo:macos-keychain" => {
            Some(format!("security find-generic-password -w -s cargo-registry:{index}"))
        }
        _ => None,
    };
    let variable = token_variable(name);
    let instead = match reads {
        Some(program) => {
            let registry = variable.strip_suffix("_TOKEN").unwrap_or(&variable);
            let key = format!("{registry}_CREDENTIAL_PROVIDER");
            format!("set `{variable}`, or `{key}=\"cargo:token-from-stdout {program}\"`")
        }
        None => format!("set `{variable}`"),
    };
    CredentialError::Unsupported { provider, instead }
}

fn elsewhere(provider: &'static str, name: &RegistryName) -> CredentialError {
    CredentialError::Elsewhere { provider, variable: token_variable(name) }
}

/// Whether credentials may be used at all: not where the checkout says how they are got or sent.
pub(super) fn is_permitted(configuration: &Configuration) -> Result<(), CredentialError> {
    if configuration.risky.is_empty() || configuration.variable(TRUST).is_some() {
        return Ok(());
    }
    Err(CredentialError::Untrusted(configuration.risky.clone()))
}

/// Whether it is a token at all: not empty, and nothing that a header cannot hold.
fn is_sendable(token: &Secret) -> bool {
    crates_io::check_token(token.expose()).is_ok()
}

fn list(keys: &[String]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// The token that stands somewhere in plain text: in the environment, the credentials file, or a
/// configuration file, in this order.
fn token(
    configuration: &Configuration,
    name: &RegistryName,
) -> Result<Option<Secret>, CredentialError> {
    if let Some(token) = configuration.variable(&token_variable(name)) {
        return Ok(Some(Secret::new(token)));
    }
    if let Some(token) = token_in_file(configuration, name)? {
        return Ok(Some(token));
    }
    let in_config = if name.is_crates_io() {
        configuration.cargo.registry.token.clone()
    } else {
        configuration.table(name).and_then(|table: &RegistriesConfigValue| table.token.clone())
    };
    Ok(in_config.map(Secret::new))
}

fn token_in_file(
    configuration: &Configuration,
    name: &RegistryName,
) -> Result<Option<Secret>, CredentialError> {
    let Some(home) = &configuration.cargo_home else { return Ok(None) };
    // Where both exist Cargo reads the one without the extension.
    let candidates = [home.join("credentials"), home.join("credentials.toml")];
    let Some(path) = candidates.iter().find(|path| path.is_file()) else { return Ok(None) };
    // A syntax error would quote the line, and with it the token: its text is dropped.
    let file = std::fs::read_to_string(path)
        .ok()
        .and_then(|text| text.parse::<toml_edit::DocumentMut>().ok())
        .ok_or_else(|| CredentialError::File(path.display().to_string()))?;
    let table = if name.is_crates_io() {
        file.get("registry")
    } else {
        file.get("registries").and_then(|tables| tables.get(name.as_str()))
    };
    let token = table.and_then(|table| table.get("token")?.as_str());
    Ok(token.map(Secret::new))
}

/// The variable that holds the token of a registry.
fn token_variable(name: &RegistryName) -> String {
    if name.is_crates_io() {
        return "CARGO_REGISTRY_TOKEN".into();
    }
    format!("CARGO_REGISTRIES_{}_TOKEN", name.as_str().to_uppercase().replace('-', "_"))
}

/// The index address under which providers know a registry.
///
/// Cargo itself names crates.io to providers by the address of its git index, whatever it reads.
fn index_for_providers(configuration: &Configuration, name: &RegistryName) -> String {
    let index = configuration.written_index(name).unwrap_or_default();
    if index == CRATES_IO {
        return super::new_crate::CRATES_IO_GIT.into();
    }
    index
}

#[cfg(test)]
mod tests;
