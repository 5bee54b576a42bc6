//! Programs that hand out credentials, asked as Cargo asks them.

mod dialogue;
mod keep;
#[cfg(test)]
mod tests;

use super::answer::presentable;
use super::credential::CredentialError;
use super::secret::Secret;
use cargo_config2::PathAndArgs;
use cargo_credential::{
    Action, CacheControl, CredentialHello, CredentialRequest, CredentialResponse, Error, Operation,
    PROTOCOL_VERSION_1, RegistryInfo,
};
use cargo_orchestrate::model::{RegistryName, Timestamp};
use dialogue::{Dialogue, Limits};

pub(super) use keep::{Keep, Kept, Provided};

/// What a credential is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose<'a> {
    Read,
    Publish { name: &'a str, version: &'a str, checksum: &'a str },
    Yank { name: &'a str, version: &'a str },
    Unyank { name: &'a str, version: &'a str },
}

impl<'a> Purpose<'a> {
    fn operation(self) -> Operation<'a> {
        match self {
            Self::Read => Operation::Read,
            Self::Publish { name, version, checksum } => {
                Operation::Publish { name, vers: version, cksum: checksum }
            }
            Self::Yank { name, version } => Operation::Yank { name, vers: version },
            Self::Unyank { name, version } => Operation::Unyank { name, vers: version },
        }
    }
}

/// Runs a program that prints a token and nothing else (`cargo:token-from-stdout`).
pub(super) fn token_from_stdout(
    command: &PathAndArgs,
    name: &RegistryName,
    index: &str,
) -> Result<Provided, CredentialError> {
    let secret = print(command, name, index, Limits::usual()).map_err(failure(command))?;
    Ok(Provided { secret, keep: Some(Keep { until: None, is_for_all: true }) })
}

fn print(
    command: &PathAndArgs,
    name: &RegistryName,
    index: &str,
    limits: Limits,
) -> Result<Secret, String> {
    let mut program = dialogue::program(command);
    program.args(command.args.iter().map(|argument| match argument.to_str() {
        Some(text) => text.replace("{index_url}", index).into(),
        None => argument.clone(),
    }));
    program.env("CARGO_REGISTRY_INDEX_URL", index).env("CARGO_REGISTRY_NAME_OPT", name.as_str());
    let mut dialogue = Dialogue::start(program, false, limits)?;
    let token = dialogue.hear()?;
    if token.is_some() && dialogue.hear()?.is_some() {
        return Err("printed more than one line".to_owned());
    }
    dialogue.end()?;
    token.map(|token| Secret::new(token.as_str())).ok_or_else(|| "printed nothing".to_owned())
}

/// Asks a program that speaks Cargo's credential protocol; nothing when it has no credential for
/// this registry, so that the next provider is asked.
pub(super) fn ask(
    command: &PathAndArgs,
    name: &RegistryName,
    index: &str,
    purpose: &Purpose<'_>,
) -> Result<Option<Provided>, CredentialError> {
    let answer = talk(command, name, index, purpose, Limits::usual());
    understand(answer.map_err(failure(command))?).map_err(failure(command))
}

type Answer = Result<CredentialResponse, Error>;

/// The conversation: it greets, we ask, it answers, its input is closed, and it ends.
fn talk(
    command: &PathAndArgs,
    name: &RegistryName,
    index: &str,
    purpose: &Purpose<'_>,
    limits: Limits,
) -> Result<Answer, String> {
    const SILENT: &str = "ended without an answer";
    const STRANGE: &str = "does not speak Cargo's protocol";
    let mut program = dialogue::program(command);
    program.arg("--cargo-plugin");
    let mut dialogue = Dialogue::start(program, true, limits)?;
    let hello = dialogue.hear()?.ok_or(SILENT)?;
    let hello: CredentialHello = serde_json::from_str(&hello).map_err(|_| STRANGE)?;
    if !hello.v.contains(&PROTOCOL_VERSION_1) {
        return Err("speaks another version of Cargo's protocol".to_owned());
    }
    let request = CredentialRequest {
        v: PROTOCOL_VERSION_1,
        registry: RegistryInfo { index_url: index, name: Some(name.as_str()), headers: Vec::new() },
        action: Action::Get(purpose.operation()),
        args: command.args.iter().filter_map(|argument| argument.to_str()).collect(),
    };
    let request = serde_json::to_string(&request).map_err(|error| error.to_string())?;
    let input = dialogue.input();
    let input = dialogue::say(input, &request)?;
    let answer = dialogue.hear()?.ok_or(SILENT)?;
    let answer: Answer = serde_json::from_str(&answer).map_err(|_| STRANGE)?;
    drop(input);
    dialogue.end()?;
    Ok(answer)
}

/// What an answer means.
fn understand(answer: Answer) -> Result<Option<Provided>, String> {
    match answer {
        Ok(CredentialResponse::Get { token, cache, operation_independent }) => {
            let until = match cache {
                CacheControl::Session => Some(None),
                CacheControl::Expires { expiration } => {
                    let seconds = u64::try_from(expiration.unix_timestamp()).unwrap_or_default();
                    Some(Some(Timestamp(seconds.saturating_mul(1000))))
                }
                // Cargo keeps nothing that says so in a word it does not know.
                _ => None,
            };
            let keep = until.map(|until| Keep { until, is_for_all: operation_independent });
            Ok(Some(Provided { secret: Secret::new(token.expose()), keep }))
        }
        Ok(_) => Err("answered something else".to_owned()),
        Err(Error::UrlNotSupported | Error::NotFound) => Ok(None),
        Err(error) => Err(format!("failed: {}", presentable(&super::http::words(&error)))),
    }
}

fn failure(command: &PathAndArgs) -> impl FnOnce(String) -> CredentialError {
    let program = command.path.display().to_string();
    move |text| CredentialError::Provider { program, text }
}
