//! Secrets that come back: echoed by a registry, by git, by a child process, or written into a
//! commit by somebody.
//!
//! What is remembered of a secret is a keyed fingerprint of each form in which it may come back, not
//! the secret, so that it is recognised after its bytes are gone. Everything that comes in from a
//! registry after a credential was sent, everything children complain of, and everything that goes
//! out to a screen or into the journal passes here. The forms are: as it is, percent-encoded, as a
//! JSON string, and in base64 of both alphabets wherever it stands in what was encoded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};
use zeroize::Zeroizing;

/// What stands where a secret stood.
const HIDDEN: &str = "[redacted]";
/// A shorter text is found by chance, and hiding it would hide what it stands in.
const SHORTEST: usize = 8;

static PRINTS: LazyLock<RwLock<Prints>> = LazyLock::new(RwLock::default);
static IS_OUT: AtomicBool = AtomicBool::new(false);

/// Remembers a secret.
pub(crate) fn remember(secret: &str) {
    if secret.len() >= SHORTEST {
        let forms = forms(secret);
        let mut prints = PRINTS.write().unwrap_or_else(PoisonError::into_inner);
        for form in &forms {
            prints.add(form.as_bytes());
        }
    }
}

/// Says that a secret left this machine: from now on it may come back.
pub(crate) fn is_sent() {
    IS_OUT.store(true, Ordering::Relaxed);
}

/// A text without any secret in it.
pub(crate) fn hidden(text: &str) -> Cow<'_, str> {
    let prints = PRINTS.read().unwrap_or_else(PoisonError::into_inner);
    match prints.without(text.as_bytes()) {
        Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// What came in, without any secret in it, if one was sent before.
pub(crate) fn returned(bytes: Vec<u8>) -> Vec<u8> {
    if !IS_OUT.load(Ordering::Relaxed) {
        return bytes;
    }
    let prints = PRINTS.read().unwrap_or_else(PoisonError::into_inner);
    prints.without(&bytes).unwrap_or(bytes)
}

/// The fingerprints of everything that is to be recognised, by length.
#[derive(Debug)]
struct Prints {
    /// Chosen anew by every process, so that nobody can make a text that is taken for a secret.
    base: u64,
    by_length: BTreeMap<usize, HashSet<u64>>,
}

impl Default for Prints {
    fn default() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self { base: random % (MODULUS - 512) + 256, by_length: BTreeMap::new() }
    }
}

/// A prime; fingerprints are values of polynomials modulo it (Karp and Rabin).
const MODULUS: u64 = (1 << 61) - 1;

fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(MODULUS);
    u64::try_from(product).expect("a remainder is smaller than its modulus")
}

impl Prints {
    fn add(&mut self, form: &[u8]) {
        let print = form.iter().fold(0, |print, byte| self.next(print, *byte));
        self.by_length.entry(form.len()).or_default().insert(print);
    }

    fn next(&self, print: u64, byte: u8) -> u64 {
        (multiply(print, self.base) + u64::from(byte) + 1) % MODULUS
    }

    /// The bytes with everything that is recognised replaced; nothing when nothing is.
    fn without(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (length, prints) in &self.by_length {
            self.find(bytes, *length, prints, &mut found);
        }
        if found.is_empty() {
            return None;
        }
        found.sort_unstable();
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for (start, end) in found {
            if start >= at {
                out.extend_from_slice(&bytes[at..start]);
                out.extend_from_slice(HIDDEN.as_bytes());
            }
            at = at.max(end);
        }
        out.extend_from_slice(&bytes[at..]);
        Some(out)
    }

    /// Everything of this length that has one of these prints, as start and end.
    fn find(
        &self,
        bytes: &[u8],
        length: usize,
        prints: &HashSet<u64>,
        found: &mut Vec<(usize, usize)>,
    ) {
        if bytes.len() < length {
            return;
        }
        // What the byte that leaves the window counts for.
        let highest = (1..length).fold(1, |power, _| multiply(power, self.base));
        let mut print = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if at >= length {
                let leaving = multiply(u64::from(bytes[at - length]) + 1, highest);
                print = (print + MODULUS - leaving) % MODULUS;
            }
            print = self.next(print, *byte);
            if at + 1 >= length && prints.contains(&print) {
                found.push((at + 1 - length, at + 1));
            }
        }
    }
}

/// The forms in which a secret may come back.
fn forms(secret: &str) -> Vec<Zeroizing<String>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![Zeroizing::new(secret.to_owned())];
    for lower in [false, true] {
        let mut form = Zeroizing::new(String::new());
        for byte in bytes {
            let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
            let written = match (is_plain, lower) {
                (true, _) => write!(form, "{}", char::from(*byte)),
                (false, true) => write!(form, "%{byte:02x}"),
                (false, false) => write!(form, "%{byte:02X}"),
            };
            written.expect("a string takes everything");
        }
        forms.push(form);
    }
    let json = Zeroizing::new(serde_json::Value::from(secret).to_string());
    forms.push(Zeroizing::new(json.trim_matches('"').to_owned()));
    for before in 0..3 {
        let whole = Zeroizing::new([&[0; 3][..before], bytes].concat());
        // The characters that are made of nothing but the secret.
        let first = (before * 8).div_ceil(6);
        let end = (before + bytes.len()) * 8 / 6;
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = Zeroizing::new(engine.encode(whole.as_slice()));
            forms.push(Zeroizing::new(encoded[first..end].to_owned()));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(secrets: &[&str], text: &str) -> String {
        let mut prints = Prints::default();
        for secret in secrets {
            for form in &forms(secret) {
                prints.add(form.as_bytes());
            }
        }
        let bytes = prints.without(text.as_bytes()).unwrap_or_else(|| text.into());
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_secret_is_recognised_in_every_form() {
        let secret = "cio+s3cr3t/Tok\"en=0";
        let basic = |user: &str| STANDARD_NO_PAD.encode(format!("{user}:{secret}:after"));
        let url = URL_SAFE_NO_PAD.encode(format!("??{secret}??"));
        let table = [
            (secret.to_owned(), "[redacted]".to_owned()),
            (format!("a {secret} b{secret}"), "a [redacted] b[redacted]".to_owned()),
            ("?x=cio%2Bs3cr3t%2FTok%22en%3D0&".to_owned(), "?x=[redacted]&".to_owned()),
            ("?x=cio%2bs3cr3t%2fTok%22en%3d0&".to_owned(), "?x=[redacted]&".to_owned()),
            (r#""cio+s3cr3t/Tok\"en=0""#.to_owned(), r#""[redacted]""#.to_owned()),
            ("cio+s3cr3t".to_owned(), "cio+s3cr3t".to_owned()),
            (String::new(), String::new()),
        ];
        for (text, expected) in table {
            assert_eq!(without(&[secret], &text), expected);
        }
        for encoded in [basic(""), basic("a"), basic("ab"), basic("abc"), url] {
            let said = without(&[secret], &encoded);
            assert!(said.contains(HIDDEN) && said.len() < 30, "{encoded}: {said}");
        }
    }

    #[test]
    fn several_secrets_that_overlap_leave_nothing() {
        let text = "x abcdefghijkl y abcdefgh z";
        assert_eq!(without(&["abcdefgh", "efghijkl"], text), "x [redacted] y [redacted] z");
        assert_eq!(without(&["abcdefgh", "12345678"], "12345678abcdefgh"), "[redacted][redacted]");
    }
}
