//! Credentials, found as Cargo finds them.

use super::config::{CRATES_IO, Configuration};
use super::provider::{self, Purpose};
use super::secret::Secret;
use super::trust::TRUST;
use super::trusted::TrustedError;
use cargo_config2::{CredentialProvider, PathAndArgs, RegistriesConfigValue};
use cargo_orchestrate::model::RegistryName;
use std::path::Path;

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
    #[error("credential provider `{0}` cannot be asked from outside of Cargo")]
    Unsupported(&'static str),
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

/// Whether a credential is configured, found out without running a program.
pub(super) fn is_configured(configuration: &Configuration, name: &RegistryName) -> bool {
    configuration.is_stood_in(name)
        || providers(configuration, name).iter().any(|provider| match provider {
            Provider::Token | Provider::OnlyCargo(_) => {
                matches!(token(configuration, name), Ok(Some(token)) if is_sendable(&token))
            }
            Provider::TokenFromStdout(_) | Provider::Program(_) => true,
        })
}

/// The credential for one request; ask again for the next one.
///
/// # Errors
/// [`CredentialError`], which never repeats anything that could be a secret.
pub(super) fn credential(
    configuration: &Configuration,
    name: &RegistryName,
    purpose: &Purpose<'_>,
) -> Result<Secret, CredentialError> {
    // The real credential of a registry is nothing for whoever stands in for it.
    if configuration.is_stood_in(name) {
        return Ok(Secret::new(super::STAND_IN_TOKEN));
    }
    is_permitted(configuration)?;
    let index = index_for_providers(configuration, name);
    let mut only_cargo = None;
    for provider in providers(configuration, name) {
        let found = match provider {
            Provider::Token => token(configuration, name)?,
            // Kept in a store of the operating system. A token given in the open will do.
            Provider::OnlyCargo(provider) => {
                only_cargo = Some(provider);
                token(configuration, name)?
            }
            Provider::TokenFromStdout(command) => {
                Some(provider::token_from_stdout(&command, name, &index)?)
            }
            Provider::Program(command) => provider::ask(&command, name, &index, purpose)?,
        };
        if let Some(secret) = found {
            if !is_sendable(&secret) {
                return Err(CredentialError::Malformed { name: name.clone() });
            }
            return Ok(secret);
        }
    }
    Err(match only_cargo {
        Some(provider) => CredentialError::Unsupported(provider),
        None => CredentialError::Missing { name: name.clone(), variable: token_variable(name) },
    })
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

/// A way to get a credential.
#[derive(Debug)]
enum Provider {
    /// The environment, `credentials.toml`, `config.toml`.
    Token,
    /// A program that prints the token.
    TokenFromStdout(PathAndArgs),
    /// A program that speaks Cargo's protocol.
    Program(PathAndArgs),
    /// One that is compiled into Cargo.
    OnlyCargo(&'static str),
}

/// The providers to ask, first things first (Cargo Book, "Registry Authentication").
fn providers(configuration: &Configuration, name: &RegistryName) -> Vec<Provider> {
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
        CredentialProvider::Plugin(command) => builtin_by_path(command),
        CredentialProvider::Alias(alias) => {
            builtin_by_path(configuration.cargo.credential_alias.get(&alias)?.clone())
        }
        // Each of these answers on one system only and is passed over on the others.
        CredentialProvider::CargoWincred if cfg!(windows) => Provider::OnlyCargo("cargo:wincred"),
        CredentialProvider::CargoMacosKeychain if cfg!(target_os = "macos") => {
            Provider::OnlyCargo("cargo:macos-keychain")
        }
        CredentialProvider::CargoLibsecret if cfg!(target_os = "linux") => {
            Provider::OnlyCargo("cargo:libsecret")
        }
        _ => return None,
    })
}

/// An alias may stand for a built-in provider with its arguments.
fn builtin_by_path(mut command: PathAndArgs) -> Provider {
    if command.path == Path::new("cargo:token") {
        return Provider::Token;
    }
    if command.path.ends_with("cargo:token-from-stdout") && !command.args.is_empty() {
        command.path = command.args.remove(0).into();
        return Provider::TokenFromStdout(command);
    }
    Provider::Program(command)
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
mod tests {
    use super::super::config::tests::{configuration, configuration_in_checkout, name};
    use super::*;

    const CONFIG: &str = r#"
        [registries.lib]
        index = "sparse+http://127.0.0.1:8000/"
        token = "from-config"
    "#;

    fn check(config: &str, file: &str, variables: &[(&str, &str)], of: &str, expected: &str) {
        let (configuration, _directory) = configuration(config, file, variables, &[]);
        let credential = credential(&configuration, &name(of), &Purpose::Read);
        let text = match credential {
            Ok(secret) => secret.expose().to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn a_token_comes_from_the_environment_then_the_credentials_then_the_configuration() {
        let file = "[registry]\ntoken = 'io-file'\n[registries.lib]\ntoken = 'lib-file'\n";
        let io = ("CARGO_REGISTRY_TOKEN", "io-env");
        let lib = ("CARGO_REGISTRIES_LIB_TOKEN", "lib-env");
        check(CONFIG, "", &[], "lib", "from-config");
        check(CONFIG, file, &[], "lib", "lib-file");
        check(CONFIG, file, &[lib], "lib", "lib-env");
        check(CONFIG, file, &[lib], "crates-io", "io-file");
        check(CONFIG, file, &[io], "crates-io", "io-env");
        let missing = "no credential for registry `crates-io`: run `cargo login`, or set \
                       `CARGO_REGISTRY_TOKEN`";
        check("", "", &[lib], "crates-io", missing);
    }

    #[test]
    fn a_broken_credentials_file_is_not_quoted() {
        let (configuration, directory) = configuration("", "[registry]\ntoken = s3cret", &[], &[]);
        let error = credential(&configuration, &name("crates-io"), &Purpose::Read)
            .expect_err("the file is no TOML");
        let path = directory.path().join("home/credentials.toml");
        assert_eq!(error.to_string(), format!("could not read `{}`", path.display()));
    }

    #[test]
    fn a_stand_in_never_sees_the_real_token() {
        let variables = [("CARGO_REGISTRY_TOKEN", "real")];
        let stand_ins = [("crates-io", "sparse+http://127.0.0.1:1/")];
        let (configuration, _directory) = configuration("", "", &variables, &stand_ins);
        let secret = credential(&configuration, &name("crates-io"), &Purpose::Read);
        assert_eq!(secret.expect("a token").expose(), super::super::STAND_IN_TOKEN);
    }

    #[test]
    fn the_checkout_has_no_say_in_where_a_credential_goes() {
        let check = |checkout: &str, variables: &[(&str, &str)], expected: &str| {
            let mut all = vec![("CARGO_REGISTRY_TOKEN", "t0")];
            all.extend(variables);
            let (configuration, _directory) =
                configuration_in_checkout("[http]\ntimeout = 5\n", checkout, &all);
            let credential = credential(&configuration, &name("crates-io"), &Purpose::Read);
            let text = credential.map_or_else(|error| error.to_string(), |it| it.expose().into());
            assert!(text.starts_with(expected), "{text}");
        };
        let evil = "[http]\nproxy = 'http://evil:1'\n[registry]\ncredential-provider = ['x', 'y']";
        let refused = "the workspace's own Cargo configuration sets `http.proxy`, \
                       `registry.credential-provider`, which could get at the credential";
        check("", &[], "t0");
        check("[http]\ntimeout = 7", &[], "t0");
        check("[registry]\nglobal-credential-providers = ['cargo:token']", &[], "t0");
        check(evil, &[], refused);
        check("[http]\nproxy = 'http://mine:1'", &[(TRUST, "1")], "t0");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_may_print_the_token() {
        let config =
            "[registry]\ncredential-provider = ['cargo:token-from-stdout', 'echo', '{index_url}']";
        check(config, "", &[], "crates-io", "https://github.com/rust-lang/crates.io-index");
        let by_variable =
            [("CARGO_REGISTRIES_LIB_CREDENTIAL_PROVIDER", "cargo:token-from-stdout echo hi")];
        check(CONFIG, "", &by_variable, "lib", "hi");
    }
}
