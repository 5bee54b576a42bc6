//! Trusted publishing as crates.io has it: an ID token of a CI job is exchanged once for a token
//! that publishes new versions for half an hour and may do nothing else.
//!
//! Who signs ID tokens is part of this registry, too: by the control interface, as GitHub Actions
//! would answer it, or as GitLab would put it into the environment. What it did not issue it does
//! not believe, so that nothing here needs cryptography.

use super::answer::{Answer, Asked, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cargo_orchestrate::model::Digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime};

/// How tokens begin, as those of crates.io do.
const PREFIX: &str = "cio_tp_";
/// How long one lives.
const LIFE: Duration = Duration::from_mins(30);
/// What a job on GitHub must show to get an ID token.
const GITHUB_BEARER: &str = "Bearer github-request-token";

/// ID tokens and tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Trusted {
    terms: Terms,
    identities: Vec<Identity>,
    tokens: Vec<Token>,
    /// Why exchanges were refused.
    refusals: Vec<String>,
}

/// What is given to whom.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Terms {
    /// After how many uploads a token counts as expired; without it after half an hour.
    #[serde(default)]
    uses: Option<u32>,
    /// The packages that are set up for it; without it all.
    #[serde(default)]
    packages: Option<Vec<String>>,
    /// Whether a token cannot be revoked.
    #[serde(default)]
    irrevocable: bool,
}

#[derive(Debug)]
struct Identity {
    jwt: String,
    audience: String,
    is_used: bool,
}

#[derive(Debug)]
struct Token {
    secret: String,
    expires: Instant,
    uses: u32,
    is_revoked: bool,
}

/// A token as the control interface tells of it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Told<'a> {
    secret: &'a str,
    uses: u32,
    revoked: bool,
    expired: bool,
}

impl Trusted {
    /// Says what is given to whom from now on.
    pub(super) fn set_terms(&mut self, terms: Terms) {
        self.terms = terms;
    }

    /// Lets every token run out now.
    pub(super) fn expire(&mut self) {
        self.tokens.iter_mut().for_each(|token| token.expires = Instant::now());
    }

    /// Everything that happened.
    pub(super) fn told(&self) -> Value {
        let now = Instant::now();
        let tell = |token: &Token| {
            json!(Told {
                secret: &token.secret,
                uses: token.uses,
                revoked: token.is_revoked,
                expired: self.is_expired(token, now),
            })
        };
        json!({
            "tokens": self.tokens.iter().map(tell).collect::<Vec<_>>(),
            "identities": self.identities.iter().map(|it| &it.jwt).collect::<Vec<_>>(),
            "refusals": self.refusals,
        })
    }

    /// An ID token, as GitHub Actions answers the question for one.
    pub(super) fn github(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        if asked.header(http::header::AUTHORIZATION) != Some(GITHUB_BEARER) {
            return Err(Refusal::new(401, "this job may not have an ID token"));
        }
        let (_, query) = asked.path.split_once('?').unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let audience = pairs.into_owned().find(|(key, _)| key == "audience");
        let audience = audience.map_or_else(|| "https://github".to_owned(), |(_, value)| value);
        Ok(Answer::json(&json!({ "count": 1, "value": self.issue(audience) })))
    }

    /// An ID token, as a GitLab job has it in a variable.
    pub(super) fn gitlab(&mut self, audience: String) -> Answer {
        Answer::json(&json!({ "value": self.issue(audience) }))
    }

    fn issue(&mut self, audience: String) -> String {
        let id = self.identities.len() + 1;
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({ "aud": audience, "jti": unguessable(id), "sub": "job" });
        let jwt = [part(json!({ "typ": "JWT" })), part(claims), part(json!(id))].join(".");
        self.identities.push(Identity { jwt: jwt.clone(), audience, is_used: false });
        jwt
    }

    /// Gives an ID token for a token; `authority` is whom it must be made for.
    pub(super) fn exchange(&mut self, body: &[u8], authority: &str) -> Result<Answer, Refusal> {
        let answer = self.exchanged(body, authority);
        self.refusals.extend(answer.as_ref().err().map(|refusal| refusal.detail.clone()));
        answer
    }

    fn exchanged(&mut self, body: &[u8], authority: &str) -> Result<Answer, Refusal> {
        #[derive(Deserialize)]
        struct Exchange {
            jwt: String,
        }
        let Exchange { jwt } = serde_json::from_slice(body)
            .map_err(|error| Refusal::bad(format!("invalid request: {error}")))?;
        let identity = self.identities.iter_mut().find(|identity| identity.jwt == jwt);
        let identity = identity
            .filter(|identity| identity.audience == authority)
            .ok_or_else(|| Refusal::bad("Failed to decode JWT"))?;
        if std::mem::replace(&mut identity.is_used, true) {
            return Err(Refusal::bad("JWT has already been used"));
        }
        let secret = format!("{PREFIX}{}", &unguessable(self.tokens.len())[..32]);
        let expires = Instant::now() + LIFE;
        self.tokens.push(Token { secret: secret.clone(), expires, uses: 0, is_revoked: false });
        Ok(Answer::json(&json!({ "token": secret })))
    }

    /// Ends a token; one that is unknown is no error.
    pub(super) fn revoke(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        let Some(header) = asked.header(http::header::AUTHORIZATION) else {
            return Err(Refusal::new(401, "Missing authorization header"));
        };
        let secret = header.strip_prefix("Bearer ").filter(|it| it.starts_with(PREFIX));
        let secret = secret.ok_or_else(|| Refusal::new(401, "Invalid authorization header"))?;
        if self.terms.irrevocable {
            return Err(Refusal::new(500, "Internal Server Error"));
        }
        if let Some(token) = self.tokens.iter_mut().find(|token| token.secret == secret) {
            token.is_revoked = true;
        }
        Ok(Answer::empty(204))
    }

    /// Whether what was sent is a token of this kind.
    pub(super) fn is_token(sent: &str) -> bool {
        sent.starts_with(PREFIX)
    }

    /// Counts an upload of a package that is there already, or turns it away.
    pub(super) fn publish(
        &mut self,
        sent: &str,
        package: &str,
        is_new: bool,
    ) -> Result<(), Refusal> {
        if is_new {
            return Err(Refusal::forbidden(
                "Trusted Publishing tokens do not support creating new crates. Publish the crate \
                 manually, first",
            ));
        }
        let now = Instant::now();
        let known = self.tokens.iter().position(|it| it.secret == sent && !it.is_revoked);
        let known = known.filter(|at| !self.is_expired(&self.tokens[*at], now));
        let at = known.ok_or_else(|| Refusal::forbidden("Invalid authentication token"))?;
        let is_set_up =
            self.terms.packages.as_ref().is_none_or(|names| names.iter().any(|it| it == package));
        if !is_set_up {
            return Err(Refusal::forbidden(format!(
                "The provided access token is not valid for crate `{package}`"
            )));
        }
        self.tokens[at].uses += 1;
        Ok(())
    }

    fn is_expired(&self, token: &Token, now: Instant) -> bool {
        now >= token.expires || self.terms.uses.is_some_and(|most| token.uses >= most)
    }
}

/// What nobody guesses by chance. Good enough where nothing but tests publishes.
fn unguessable(salt: usize) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Digest::of(format!("{salt} {} {}", now.as_nanos(), std::process::id()).as_bytes()).to_string()
}
