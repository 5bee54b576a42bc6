//! A sparse index on the loopback interface that answers what it is told to.

use crate::support::Endpoint;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// An index that answers by path; it listens until the task ends.
#[derive(Debug)]
pub(crate) struct Loopback {
    answers: Arc<Mutex<HashMap<String, String>>>,
    address: String,
}

impl Loopback {
    /// Starts to answer; at first nothing is there.
    ///
    /// # Errors
    /// When nothing can listen on the loopback interface.
    pub(crate) fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?.to_string();
        let answers: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let shared = Arc::clone(&answers);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = Arc::clone(&shared);
                thread::spawn(move || drop(answer(stream, &answers)));
            }
        });
        Ok(Self { answers, address })
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let index = format!("sparse+http://{}/index/", self.address);
        Endpoint { index, token: "nobody".to_owned(), is_crates_io: true }
    }

    /// Answers with these from now on; the paths begin with `/index/`.
    pub(crate) fn set(&self, answers: HashMap<String, String>) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }
}

fn answer(stream: TcpStream, answers: &Mutex<HashMap<String, String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let found = answers.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let (status, body) = found.map_or(("404 Not Found", String::new()), |body| ("200 OK", body));
    let length = body.len();
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
