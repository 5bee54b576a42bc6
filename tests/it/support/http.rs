//! Just enough of an HTTP client for loopback: one request per connection.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer: status and body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Sends one request and reads the whole answer. `authority` is `host:port`.
///
/// # Panics
/// When there is no answer or one that is not HTTP: in a test that is a failure anyway.
pub fn request(method: &str, authority: &str, path: &str, body: Option<&str>) -> Answer {
    send(method, authority, path, body, "")
}

/// Reads what may be for few.
pub fn read_as(authority: &str, path: &str, token: &str) -> Answer {
    send("GET", authority, path, None, &format!("Authorization: {token}\r\n"))
}

fn send(method: &str, authority: &str, path: &str, body: Option<&str>, more: &str) -> Answer {
    let mut stream = TcpStream::connect(authority)
        .unwrap_or_else(|error| panic!("could not connect to {authority}: {error}"));
    let body = body.unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: orchestrate-tests\r\n{more}\
         Connection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("a loopback connection takes a small request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a loopback answer can be read");
    parse(&bytes).unwrap_or_else(|| panic!("{authority} did not answer {method} {path} in HTTP"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..split]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let rest = &bytes[split + 4..];
    let chunked = head
        .lines()
        .any(|line| line.to_ascii_lowercase().starts_with("transfer-encoding: chunked"));
    let body = if chunked { unchunk(rest)? } else { rest.to_vec() };
    Some(Answer { status, body })
}

fn unchunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size =
            usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(end + 2..end + 2 + size)?);
        bytes = bytes.get(end + 4 + size..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_chunked_answer_is_put_together() {
        let answer = parse(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        )
        .expect("this is HTTP");
        assert_eq!((answer.status, answer.body), (200, b"abcde".to_vec()));
    }
}
