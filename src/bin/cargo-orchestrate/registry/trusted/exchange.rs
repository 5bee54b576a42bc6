//! The two requests of trusted publishing, as crates.io has them.

use super::TrustedError;
use crate::registry::answer::presentable;
use crate::registry::http::{HttpError, Sender};
use crate::registry::secret::Secret;
use cargo_orchestrate::model::RegistryName;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};

/// What both requests go to, below the address of the web API.
const PATH: &str = "api/v1/trusted_publishing/tokens";

/// For whom an ID token must be made: the registry at this address of a web API.
pub(super) fn audience(base: &str) -> String {
    let url = url::Url::parse(base).ok();
    url.map_or_else(|| base.to_owned(), |url| url.authority().to_owned())
}

/// Gives an ID token for a token that publishes.
pub(super) fn exchange(
    sender: &Sender,
    name: &RegistryName,
    base: &str,
    identity: &Secret,
) -> Result<Secret, TrustedError> {
    let body = serde_json::json!({ "jwt": identity.expose() }).to_string();
    let request = Request::post(format!("{base}/{PATH}"))
        .header(CONTENT_TYPE, "application/json")
        .body(body.into_bytes())
        .map_err(|_| refused(name, 0, "its address is none"))?;
    let unreached = |source| TrustedError::Unreached { name: name.clone(), source };
    let response = sender.send(request).map_err(unreached)?;
    let status = response.status();
    if !status.is_success() {
        return Err(refused(name, status.as_u16(), &detail(&response, identity)));
    }
    let answer: Option<Answer> = serde_json::from_slice(response.body()).ok();
    let token = answer.map(|answer| Secret::new(answer.token));
    // The words of an error may stand under a status of success, too.
    token
        .filter(|token| crates_io::check_token(token.expose()).is_ok())
        .ok_or_else(|| refused(name, status.as_u16(), &detail(&response, identity)))
}

/// Ends a token before its time. A token that ended already is no failure.
pub(super) fn revoke(sender: &Sender, base: &str, token: &Secret) -> Result<(), String> {
    let mut request =
        Request::delete(format!("{base}/{PATH}")).body(Vec::new()).map_err(|it| it.to_string())?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| "it cannot be sent in a header".to_owned())?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    let response = sender.send(request).map_err(|error: HttpError| super::words(&error))?;
    if response.status().is_success() {
        return Ok(());
    }
    Err(detail(&response, token))
}

#[derive(serde::Deserialize)]
struct Answer {
    token: String,
}

fn refused(name: &RegistryName, status: u16, text: &str) -> TrustedError {
    TrustedError::Refused { name: name.clone(), status, text: text.to_owned() }
}

/// What a registry says when it says no.
fn detail(response: &Response<Vec<u8>>, secret: &Secret) -> String {
    let json: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    match json["errors"][0]["detail"].as_str() {
        Some(text) if !text.trim().is_empty() => presentable(&secret.hide_in(text)),
        _ if response.status().as_u16() == 404 => "it knows no trusted publishing".to_owned(),
        _ => format!("it answered with status {}", response.status().as_u16()),
    }
}

#[cfg(test)]
mod tests {
    use super::audience;

    #[test]
    fn an_id_token_is_made_for_the_host_of_the_web_api() {
        let table = [
            ("https://crates.io", "crates.io"),
            ("https://staging.crates.io/", "staging.crates.io"),
            ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ];
        for (base, expected) in table {
            assert_eq!(audience(base), expected);
        }
    }
}
