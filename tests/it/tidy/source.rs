//! Rust text with everything blanked that is not code.

/// The text with comments and the contents of strings and character literals replaced by spaces;
/// lines stay where they are.
pub(super) fn code_of(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = end_of_skipped(&bytes, at);
        if end == at {
            code.push(bytes[at]);
            at += 1;
            continue;
        }
        let skipped = &bytes[at..end.min(bytes.len())];
        code.extend(skipped.iter().map(|&char| if char == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    code
}

/// The library code of a file before its tests: everything from `#[cfg(test)]` on is left out.
pub(super) fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]").map_or(code, |start| &code[..start])
}

/// Where the comment or literal that begins here ends; `at` itself when none begins.
fn end_of_skipped(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    match (chars[at], next(1)) {
        ('/', '/') => find(chars, at, '\n'),
        ('/', '*') => end_of_block(chars, at),
        ('"', _) => end_of_string(chars, at + 1),
        ('r', '"' | '#') if !is_word_before(chars, at) => end_of_raw(chars, at),
        // A character literal, and not a lifetime.
        ('\'', '\\') => find(chars, at + 3, '\'') + 1,
        ('\'', _) if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn find(chars: &[char], from: usize, wanted: char) -> usize {
    let rest = chars.get(from..).unwrap_or_default();
    rest.iter().position(|&char| char == wanted).map_or(chars.len(), |offset| from + offset)
}

fn end_of_block(chars: &[char], at: usize) -> usize {
    let (mut depth, mut here) = (0_usize, at);
    while here + 1 < chars.len() {
        match (chars[here], chars[here + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                here += 1;
                continue;
            }
        }
        here += 2;
        if depth == 0 {
            return here;
        }
    }
    chars.len()
}

fn end_of_string(chars: &[char], from: usize) -> usize {
    let mut here = from;
    while here < chars.len() {
        match chars[here] {
            '\\' => here += 2,
            '"' => return here + 1,
            _ => here += 1,
        }
    }
    chars.len()
}

fn end_of_raw(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|&&char| char == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let mut here = at + 2 + hashes;
    while here < chars.len() {
        let closes = chars[here] == '"'
            && chars[here + 1..].iter().take_while(|&&char| char == '#').count() >= hashes;
        if closes {
            return here + 1 + hashes;
        }
        here += 1;
    }
    chars.len()
}

fn is_word_before(chars: &[char], at: usize) -> bool {
    // `br"…"` is a raw string too.
    let before = at.checked_sub(1).map(|index| chars[index]);
    before.is_some_and(|char| (char.is_alphanumeric() || char == '_') && char != 'b')
}

#[test]
fn comments_and_strings_are_no_code() {
    let text =
        "a(); // git2::x\n/* b /* c */ d */ e(\"f \\\" g\", r#\"h \" i\"#, 'j', '\\'', &'k l);";
    let words: Vec<_> = code_of(text)
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(words, ["a", "e", "k", "l"]);
}
