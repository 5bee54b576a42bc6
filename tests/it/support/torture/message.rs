//! HTTP/1.1 messages as bytes: what a proxy must understand to pass them on, or to spoil them.

use std::fmt::Write as _;
use std::io::{self, BufRead, Error, Read};

/// The head of a request or response, and what was read of its body.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `PUT /api/v1/crates/new HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// Reads a head; nothing when the other side closed the connection instead.
    pub fn read_head(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut message = Self::default();
        if from.read_line(&mut message.first)? == 0 {
            return Ok(None);
        }
        message.first.truncate(message.first.trim_end().len());
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Err(Error::other("the head of a message ends early"));
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    message.headers.push((name.to_owned(), value.trim().to_owned()));
                }
                None => return Ok(Some(message)),
            }
        }
    }

    /// Reads a whole response, whose end may be the end of the connection.
    pub fn read_response(from: &mut impl BufRead) -> io::Result<Self> {
        let mut message =
            Self::read_head(from)?.ok_or_else(|| Error::other("there is no response"))?;
        if message.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            message.body = unchunked(from)?;
            message.remove("transfer-encoding");
        } else if let Some(length) = message.length() {
            message.read_body(from, length)?;
        } else if !["204", "304"].contains(&message.word(1)) {
            from.read_to_end(&mut message.body)?;
        }
        Ok(message)
    }

    /// Reads so much more of the body.
    pub fn read_body(&mut self, from: &mut impl Read, length: usize) -> io::Result<()> {
        let begin = self.body.len();
        self.body.resize(begin + length, 0);
        from.read_exact(&mut self.body[begin..])
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// The length of the body that its head promises.
    pub fn length(&self) -> Option<usize> {
        self.header("content-length")?.parse().ok()
    }

    /// A word of the first line: method and path of a request, or the status of a response.
    pub fn word(&self, index: usize) -> &str {
        self.first.split(' ').nth(index).unwrap_or_default()
    }

    /// The status of a response; 0 for what is none.
    pub fn status(&self) -> u16 {
        self.word(1).parse().unwrap_or(0)
    }

    /// The head as it is sent.
    pub fn head(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").expect("a string takes more text");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// The whole message as it is sent, its length told.
    pub fn bytes(mut self) -> Vec<u8> {
        if !["204", "304"].contains(&self.word(1)) {
            let length = self.body.len().to_string();
            self.set("content-length", length);
        }
        let mut bytes = self.head();
        bytes.append(&mut self.body);
        bytes
    }

    /// A response of our own.
    pub fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self {
            first: format!("HTTP/1.1 {status} As Told"),
            headers: headers.collect(),
            body: body.into(),
        }
    }
}

fn unchunked(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let size = line.trim().split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(Error::other)?;
        let begin = body.len();
        body.resize(begin + size, 0);
        from.read_exact(&mut body[begin..])?;
        from.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}
