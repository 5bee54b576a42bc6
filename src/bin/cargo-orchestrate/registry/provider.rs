//! Programs that hand out credentials.

use super::credential::CredentialError;
use super::secret::Secret;
use cargo_config2::PathAndArgs;
use cargo_credential::{
    Action, CredentialHello, CredentialRequest, CredentialResponse, Error, Operation,
    PROTOCOL_VERSION_1, RegistryInfo,
};
use cargo_orchestrate::model::RegistryName;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

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
) -> Result<Secret, CredentialError> {
    let failed = |text: &str| failure(command, text);
    let arguments = command.args.iter().map(|argument| match argument.to_str() {
        Some(text) => text.replace("{index_url}", index).into(),
        None => argument.clone(),
    });
    let output = Command::new(&command.path)
        .args(arguments)
        .env("CARGO_REGISTRY_INDEX_URL", index)
        .env("CARGO_REGISTRY_NAME_OPT", name.as_str())
        .stderr(Stdio::inherit())
        .stdin(Stdio::inherit())
        .output()
        .map_err(|error| failed(&format!("could not be started: {error}")))?;
    if !output.status.success() {
        return Err(failed(&format!("ended with {}", output.status)));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| failed("printed no text"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.contains('\n') {
        return Err(failed("printed more than one line"));
    }
    Ok(Secret::new(text))
}

/// Asks a program that speaks Cargo's credential protocol; nothing when it has no credential for
/// this registry, so that the next provider is asked.
pub(super) fn ask(
    command: &PathAndArgs,
    name: &RegistryName,
    index: &str,
    purpose: &Purpose<'_>,
) -> Result<Option<Secret>, CredentialError> {
    let mut child = Command::new(&command.path)
        .arg("--cargo-plugin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failure(command, &format!("could not be started: {error}")))?;
    let from_child = child.stdout.take().expect("the output is a pipe");
    let to_child = child.stdin.take().expect("the input is a pipe");
    let request = Request { name, index, purpose, command };
    // Its input is closed behind the request, and the program is to end; the answer counts only if
    // it ends well.
    let answer = request.converse(BufReader::new(from_child), to_child);
    if answer.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failure(command, &format!("was lost: {error}")))?;
    let answer = answer?;
    if !status.success() {
        return Err(failure(command, &format!("ended with {status}")));
    }
    match answer {
        Ok(CredentialResponse::Get { token, .. }) => Ok(Some(Secret::new(token.expose()))),
        Ok(_) => Err(failure(command, "answered something else")),
        Err(Error::UrlNotSupported | Error::NotFound) => Ok(None),
        Err(error) => Err(failure(command, &format!("failed: {error}"))),
    }
}

type Answer = Result<CredentialResponse, Error>;

struct Request<'a> {
    name: &'a RegistryName,
    index: &'a str,
    purpose: &'a Purpose<'a>,
    command: &'a PathAndArgs,
}

impl Request<'_> {
    fn converse(
        &self,
        mut from_child: impl BufRead,
        mut to_child: impl Write,
    ) -> Result<Answer, CredentialError> {
        // What the program says may hold a token, also where it is not understood: it is not quoted.
        let misunderstood = || failure(self.command, "does not speak Cargo's protocol");
        let mut line = String::new();
        from_child.read_line(&mut line).map_err(|_| misunderstood())?;
        let hello: CredentialHello = serde_json::from_str(&line).map_err(|_| misunderstood())?;
        if !hello.v.contains(&PROTOCOL_VERSION_1) {
            return Err(failure(self.command, "speaks another version of Cargo's protocol"));
        }
        let request = CredentialRequest {
            v: PROTOCOL_VERSION_1,
            registry: RegistryInfo {
                index_url: self.index,
                name: Some(self.name.as_str()),
                headers: Vec::new(),
            },
            action: Action::Get(self.purpose.operation()),
            args: self.command.args.iter().filter_map(|argument| argument.to_str()).collect(),
        };
        let request = serde_json::to_string(&request).map_err(|_| misunderstood())?;
        writeln!(to_child, "{request}").map_err(|_| misunderstood())?;
        line.clear();
        from_child.read_line(&mut line).map_err(|_| misunderstood())?;
        serde_json::from_str(&line).map_err(|_| misunderstood())
    }
}

fn failure(command: &PathAndArgs, text: &str) -> CredentialError {
    CredentialError::Provider { program: command.path.display().to_string(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_asked_in_cargos_protocol() {
        let name = RegistryName::crates_io();
        let purpose = Purpose::Publish { name: "lib1", version: "0.1.0", checksum: "abc" };
        let mut command = PathAndArgs::new("vault");
        command.arg("--profile");
        let request = Request {
            name: &name,
            index: "sparse+https://x/",
            purpose: &purpose,
            command: &command,
        };
        let said = concat!(
            r#"{"v":[1]}"#,
            "\n",
            r#"{"Ok":{"kind":"get","token":"t0","cache":"never","operation_independent":true}}"#,
            "\n"
        );
        let mut asked = Vec::new();
        let answer = request.converse(said.as_bytes(), &mut asked).expect("an answer");
        let Ok(CredentialResponse::Get { token, .. }) = answer else { panic!("no token") };
        assert_eq!(token.expose(), "t0");
        assert_eq!(
            String::from_utf8(asked).expect("text"),
            concat!(
                r#"{"v":1,"registry":{"index-url":"sparse+https://x/","name":"crates-io"},"#,
                r#""kind":"get","operation":"publish","name":"lib1","vers":"0.1.0","cksum":"abc","#,
                r#""args":["--profile"]}"#,
                "\n"
            )
        );
        let error = request.converse("token=s3cret\n".as_bytes(), Vec::new());
        let error = error.expect_err("that is no JSON").to_string();
        assert_eq!(error, "credential provider `vault` does not speak Cargo's protocol");
    }
}
