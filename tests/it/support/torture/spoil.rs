//! Telling the client an answer, or something else.

use super::fault::{Body, Fault, Reached, RetryAfter};
use super::message::Message;
use super::proxy::{Asked, GoesOn, Inner};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// As much as anybody is sent of what has no end.
const ENDLESS_MIB: usize = 128;

/// What the client got.
pub(super) struct Told {
    /// The message, where it arrived as a whole.
    pub(super) message: Option<Message>,
    pub(super) goes_on: GoesOn,
}

impl Told {
    const NOTHING: Self = Self { message: None, goes_on: false };
}

/// Tells the client what the registry answered, as the faults would have it.
pub(super) fn tell(
    proxy: &Inner,
    asked: &Asked,
    response: Option<Message>,
    faults: &[Fault],
    stream: &mut TcpStream,
) -> io::Result<Told> {
    let mut message = response.unwrap_or_default();
    let mut goes_on = true;
    let mut pause = None;
    for fault in faults {
        match *fault {
            Fault::Cut(_) => return Ok(Told::NOTHING),
            Fault::Silence(_) => {
                // Until the client has had enough.
                drop(stream.read(&mut [0; 64]));
                return Ok(Told::NOTHING);
            }
            Fault::Delay(Reached::Yes, time) => thread::sleep(time),
            Fault::Afterwards(act) => act(&proxy.scene),
            Fault::TruncateHead => {
                let bytes = message.bytes();
                stream.write_all(&bytes[..bytes.len().min(20)])?;
                return Ok(Told::NOTHING);
            }
            Fault::TruncateBody => {
                let (length, bytes) = (message.body.len(), message.bytes());
                stream.write_all(&bytes[..bytes.len() - length.div_ceil(2)])?;
                return Ok(Told::NOTHING);
            }
            Fault::Answer(_, status, retry, body) => message = instead(status, retry, body),
            Fault::Redirect(status) => {
                // The same server under another name is another origin.
                let to =
                    format!("http://{}/elsewhere", proxy.here.replace("127.0.0.1", "localhost"));
                message = Message::response(status, &[("location", &to)], "");
            }
            Fault::Stale => {
                message = proxy.first(asked.request.word(1)).unwrap_or(message);
            }
            Fault::EtagFlip => {
                let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                message.set("etag", format!("\"{}\"", time.as_nanos()));
            }
            Fault::Unchanged => message = Message::response(304, &[], ""),
            Fault::Slow(time) => pause = Some(time),
            Fault::Endless => return endless(stream),
            Fault::Huge(mib) => message.body = vec![b' '; mib << 20],
            Fault::Garbage => {
                stream.write_all(b"\x00\xffSSH-2.0-nobody\r\n\r\n\x1b[2J")?;
                return Ok(Told::NOTHING);
            }
            Fault::Replace(from, to) => {
                let text = String::from_utf8_lossy(&message.body).replace(from, to);
                message.body = text.into_bytes();
                message.remove("etag");
            }
            Fault::CloseBehind => goes_on = false,
            Fault::FalseGzip => packed(&mut message, b"this is no gzip".to_vec()),
            Fault::GzipBomb(mib) => {
                let nothing = vec![b' '; mib << 20];
                packed(&mut message, gzip(&nothing)?);
            }
            Fault::EndlessHead => return endless_head(stream),
            Fault::OnlyContinue => return only_continue(stream),
            Fault::Twice => {
                let unasked = Message::response(200, &[], "{}").bytes();
                stream.write_all(&[message.clone().bytes(), unasked].concat())?;
                return Ok(Told { message: Some(message), goes_on: false });
            }
            Fault::Length(length) => {
                stream.write_all(&with_length(message, length))?;
                return Ok(Told::NOTHING);
            }
            Fault::CutMidBody | Fault::Meanwhile(_) | Fault::Delay(Reached::No, _) => {}
        }
    }
    let bytes = message.clone().bytes();
    match pause {
        None => stream.write_all(&bytes)?,
        Some(pause) => {
            for byte in bytes {
                stream.write_all(&[byte])?;
                thread::sleep(pause);
            }
        }
    }
    Ok(Told { message: Some(message), goes_on })
}

/// Makes a body one that calls itself compressed.
fn packed(message: &mut Message, body: Vec<u8>) {
    message.body = body;
    message.set("content-encoding", "gzip");
    message.remove("etag");
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes)?;
    packed.finish()
}

fn endless_head(stream: &mut TcpStream) -> io::Result<Told> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
    let lines = format!("x-more: {}\r\n", "y".repeat(1000)).repeat(64);
    for _ in 0..ENDLESS_MIB * 16 {
        stream.write_all(lines.as_bytes())?;
    }
    Ok(Told::NOTHING)
}

fn only_continue(stream: &mut TcpStream) -> io::Result<Told> {
    for _ in 0..10_000 {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    Ok(Told::NOTHING)
}

/// A message whose head lies about the length of its body.
fn with_length(message: Message, length: &str) -> Vec<u8> {
    let body = message.body.clone();
    let whole = message.bytes();
    let head = String::from_utf8_lossy(&whole[..whole.len() - body.len()]).into_owned();
    let lines =
        head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length"));
    let mut lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let length = format!("content-length: {length}");
    lines.push(&length);
    [format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes(), body].concat()
}

fn endless(stream: &mut TcpStream) -> io::Result<Told> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    // Ends when the client has had enough, which the write then says. Cargo, which reads the index
    // too, never has: so that it does not take all memory, there is an end for it.
    for _ in 0..ENDLESS_MIB * 16 {
        stream.write_all(chunk.as_bytes())?;
    }
    Ok(Told::NOTHING)
}

fn instead(status: u16, retry: RetryAfter, body: Body) -> Message {
    let body = match body {
        Body::Empty => String::new(),
        Body::Errors(text) => serde_json::json!({"errors": [{"detail": text}]}).to_string(),
        Body::Html => "<html><head><title>Bad Gateway</title></head></html>".to_owned(),
        Body::BrokenJson => "{\"errors\": [{\"detail\": ".to_owned(),
        Body::Hostile => {
            let text = "\u{1b}]0;owned\u{7}\u{202e}\n::error::owned\r\n##[error]owned";
            serde_json::json!({"errors": [{"detail": text}]}).to_string()
        }
        Body::Raw(text) => text.to_owned(),
    };
    let mut message = Message::response(status, &[("content-type", "application/json")], body);
    match retry {
        RetryAfter::Nothing => {}
        RetryAfter::Seconds(seconds) => message.set("retry-after", seconds.to_string()),
        RetryAfter::Raw(text) => message.set("retry-after", text),
        RetryAfter::Date { seconds, hours_off } => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let off = Duration::from_hours(hours_off.unsigned_abs());
            let now = if hours_off < 0 { now.saturating_sub(off) } else { now + off };
            message.set("date", http_date(now.as_secs()));
            message.set("retry-after", http_date(now.as_secs() + seconds));
        }
    }
    message
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`; by Howard Hinnant's arithmetic of civil days.
fn http_date(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let part = (5 * of_year + 2) / 153;
    let day = of_year - (153 * part + 2) / 5 + 1;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let name = |names: &[&'static str], index: u64| names[usize::try_from(index).unwrap_or(0)];
    let (weekday, month) = (name(&DAYS, days % 7), name(&MONTHS, month - 1));
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_709_164_800), "Thu, 29 Feb 2024 00:00:00 GMT");
    }
}
