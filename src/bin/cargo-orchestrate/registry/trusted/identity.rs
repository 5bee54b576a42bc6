//! How a CI job proves who it is: with an ID token that its CI system signed.

use super::TrustedError;
use crate::registry::config::{Configuration, is_safe};
use crate::registry::http::Sender;
use crate::registry::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cargo_orchestrate::model::RegistryName;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};

/// Where GitHub Actions hands out ID tokens.
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// What it wants to see for that.
const GITHUB_BEARER: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
/// How many ID tokens of a GitLab job are looked for.
const MOST_TOKENS: usize = 20;

/// Where the ID tokens of this job come from.
#[derive(Debug, Clone)]
pub(in super::super) enum Identity {
    /// GitHub Actions: asked for as often as wanted, for any audience.
    Github { url: String, bearer: Secret },
    /// GitLab CI: made when the job began, each in a variable that the job names, each good for one
    /// exchange.
    Gitlab { tokens: Vec<(String, Secret)> },
}

impl Identity {
    /// What the environment offers for this registry. Only crates.io is known to take it.
    pub(in super::super) fn of(configuration: &Configuration, name: &RegistryName) -> Option<Self> {
        if !name.is_crates_io() {
            return None;
        }
        let tokens: Vec<(String, Secret)> = (1..=MOST_TOKENS)
            .map(variable)
            .map_while(|name| {
                let token = Secret::new(configuration.variable(&name)?);
                Some((name, token))
            })
            .collect();
        if !tokens.is_empty() {
            return Some(Self::Gitlab { tokens });
        }
        let url = configuration.variable(GITHUB_URL)?.to_owned();
        let bearer = Secret::new(configuration.variable(GITHUB_BEARER)?);
        Some(Self::Github { url, bearer })
    }

    /// Whether another ID token can be had at any time.
    pub(super) fn is_endless(&self) -> bool {
        matches!(self, Self::Github { .. })
    }

    /// An ID token for this audience, after those of these variables were used, and the variable
    /// that held it, where one did.
    pub(super) fn token(
        &self,
        sender: &Sender,
        audience: &str,
        used: &[String],
    ) -> Result<(Secret, Option<String>), TrustedError> {
        let (token, variable) = match self {
            Self::Github { url, bearer } => (ask(sender, url, bearer, audience)?, None),
            Self::Gitlab { tokens } => {
                let fresh = tokens.iter().find(|(name, _)| !used.contains(name));
                let (name, token) = fresh.ok_or_else(|| TrustedError::UsedUp {
                    used: tokens.iter().map(|(name, _)| name.clone()).collect(),
                    next: variable(tokens.len() + 1),
                })?;
                (token.clone(), Some(name.clone()))
            }
        };
        let source = variable.as_deref().unwrap_or(GITHUB_URL);
        check_audience(&token, audience, source)?;
        Ok((token, variable))
    }
}

/// The variable of the `nth` ID token, from 1, as crates.io's documentation names the first.
fn variable(nth: usize) -> String {
    match nth {
        1 => "CRATES_IO_ID_TOKEN".to_owned(),
        nth => format!("CRATES_IO_ID_TOKEN_{nth}"),
    }
}

/// Asks GitHub Actions.
fn ask(
    sender: &Sender,
    url: &str,
    bearer: &Secret,
    audience: &str,
) -> Result<Secret, TrustedError> {
    if !is_safe(url) {
        return Err(TrustedError::Insecure(GITHUB_URL));
    }
    let mut url = url::Url::parse(url).map_err(|_| TrustedError::Insecure(GITHUB_URL))?;
    url.query_pairs_mut().append_pair("audience", audience);
    let mut request = Request::get(url.as_str())
        .header(ACCEPT, "application/json; api-version=2.0")
        .body(Vec::new())
        .map_err(|_| TrustedError::Malformed(GITHUB_URL.to_owned()))?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", bearer.expose()))
        .map_err(|_| TrustedError::Malformed(GITHUB_BEARER.to_owned()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    let response = sender.send(request).map_err(TrustedError::Unasked)?;
    let status = response.status();
    let answer: Option<Answer> = serde_json::from_slice(response.body()).ok();
    match answer.filter(|answer| status.is_success() && !answer.value.is_empty()) {
        Some(answer) => Ok(Secret::new(answer.value)),
        None => Err(TrustedError::NoToken(status.as_u16())),
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    value: String,
}

/// What a token says of itself. Its signature is the registry's to check.
#[derive(serde::Deserialize)]
struct Claims {
    aud: Audience,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Refuses a token that is made for somebody else: that one must not get to see it.
fn check_audience(token: &Secret, wanted: &str, source: &str) -> Result<(), TrustedError> {
    let claims: Option<Claims> = token
        .expose()
        .split('.')
        .nth(1)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
        .and_then(|json| serde_json::from_slice(&json).ok());
    let claims = claims.ok_or_else(|| TrustedError::Malformed(source.to_owned()))?;
    let audiences = match claims.aud {
        Audience::One(audience) => vec![audience],
        Audience::Several(audiences) => audiences,
    };
    if audiences.iter().any(|audience| audience == wanted) {
        return Ok(());
    }
    let found: Vec<String> = audiences.iter().map(|audience| format!("`{audience}`")).collect();
    Err(TrustedError::Audience { found: found.join(", "), wanted: wanted.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::super::config::tests::{configuration, name};
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    type Variables<'a> = &'a [(&'a str, &'a str)];

    #[test]
    fn the_environment_says_which_ci_system_this_is() {
        let url = (GITHUB_URL, "https://actions.example/token?x=1");
        let bearer = (GITHUB_BEARER, "bearer");
        let (one, two) = (("CRATES_IO_ID_TOKEN", "a"), ("CRATES_IO_ID_TOKEN_2", "b"));
        let table: [(Variables<'_>, &str, &str); 7] = [
            (&[], "crates-io", "none"),
            (&[url], "crates-io", "none"),
            (&[url, bearer], "crates-io", "endless"),
            (&[url, bearer], "lib", "none"),
            (&[one, two], "crates-io", "2"),
            (&[two], "crates-io", "none"),
            (&[url, bearer, one], "crates-io", "1"),
        ];
        for (variables, registry, expected) in table {
            let (configuration, _directory) = configuration("", "", variables, &[]);
            let found = match Identity::of(&configuration, &name(registry)) {
                None => "none".to_owned(),
                Some(Identity::Github { .. }) => "endless".to_owned(),
                Some(Identity::Gitlab { tokens }) => tokens.len().to_string(),
            };
            assert_eq!(found, expected, "{variables:?}");
        }
    }

    #[test]
    fn a_token_for_somebody_else_is_not_shown_to_the_registry() {
        let table = [
            (jwt(r#"{"aud":"crates.io"}"#), "good"),
            (jwt(r#"{"aud":["other","crates.io"],"exp":1}"#), "good"),
            (
                jwt(r#"{"aud":"sigstore"}"#),
                "the ID token is made for `sigstore`, and the registry wants `crates.io`",
            ),
            (jwt(r#"{"sub":"x"}"#), "`V` holds no ID token"),
            ("no-token".to_owned(), "`V` holds no ID token"),
            ("a.%%%.c".to_owned(), "`V` holds no ID token"),
            (String::new(), "`V` holds no ID token"),
        ];
        for (token, expected) in table {
            let checked = check_audience(&Secret::new(token.clone()), "crates.io", "V");
            let said = checked.map_or_else(|error| error.to_string(), |()| "good".to_owned());
            assert_eq!(said, expected, "{token}");
        }
    }
}
