//! What is sent with a request: bytes, and behind them perhaps a file that is read while it goes.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// The body of a request.
#[derive(Debug)]
pub(super) struct Body {
    head: Vec<u8>,
    /// The file and its length.
    file: Option<(File, u64)>,
    position: u64,
}

impl From<Vec<u8>> for Body {
    fn from(head: Vec<u8>) -> Self {
        Self { head, file: None, position: 0 }
    }
}

impl Body {
    /// Bytes with a file behind them, from its beginning.
    pub(super) fn with_file(head: Vec<u8>, file: File, size_bytes: u64) -> Self {
        Self { head, file: Some((file, size_bytes)), position: 0 }
    }

    /// The length of all of it.
    pub(super) fn size_bytes(&self) -> u64 {
        self.head_bytes() + self.file.as_ref().map_or(0, |(_, size)| *size)
    }

    fn head_bytes(&self) -> u64 {
        self.head.len() as u64
    }

    /// The next bytes; none at the end. No more than [`Body::size_bytes`] are ever given, whatever
    /// became of the file.
    pub(super) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = match usize::try_from(self.position) {
            Ok(position) if position < self.head.len() => {
                let rest = &self.head[position..];
                let count = rest.len().min(into.len());
                into[..count].copy_from_slice(&rest[..count]);
                count
            }
            _ => {
                let left = self.size_bytes().saturating_sub(self.position);
                match &mut self.file {
                    Some((file, _)) => file.take(left).read(into)?,
                    None => 0,
                }
            }
        };
        self.position += count as u64;
        Ok(count)
    }

    /// Goes to a place from the beginning.
    pub(super) fn seek(&mut self, position: u64) -> io::Result<()> {
        if position > self.size_bytes() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let head = self.head_bytes();
        if let Some((file, _)) = &mut self.file {
            file.seek(SeekFrom::Start(position.saturating_sub(head)))?;
        }
        self.position = position;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_body_is_its_bytes_and_then_its_file_from_any_place() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"file, and what was added later").expect("written");
        file.rewind().expect("back");
        let mut body = Body::with_file(b"head ".to_vec(), file, 4);
        assert_eq!(body.size_bytes(), 9);
        let mut rest = |from: u64, piece: usize| {
            body.seek(from).expect("inside");
            let (mut all, mut buffer) = (Vec::new(), vec![0; piece]);
            loop {
                match body.read(&mut buffer).expect("readable") {
                    0 => return String::from_utf8(all).expect("text"),
                    count => all.extend(&buffer[..count]),
                }
            }
        };
        for piece in [1, 3, 4, 100] {
            for (from, expected) in
                [(0, "head file"), (3, "d file"), (5, "file"), (7, "le"), (9, "")]
            {
                assert_eq!(rest(from, piece), expected, "from {from}, {piece} at a time");
            }
        }
        assert!(body.seek(10).is_err());
    }
}
