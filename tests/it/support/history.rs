//! The notation of `test-workspaces/*/history`: what happened before the plan is made.
//!
//! The files in `in/` are committed first. Then one instruction a line; `#` begins a comment line;
//! the indented lines under `commit` are its edits; `\n` in a text is a new line.
//!
//! ```text
//! release                          publish every publishable member, tag each {name}-v{version}
//! release lib1 lib2                only these
//! release tags v{version}          with other tags
//! publish lib1                     publish without a tag; all of them when no name is given
//! tag lib1-v0.1.0                  a tag on HEAD
//! yank lib1 0.1.0                  in the registry
//! checkout lib1-v0.1.0 as old      a branch from an earlier state
//! detach                           leave the branch
//! commit feat(lib1)!: take a name  the rest of the line is the message; `{HEAD}` is the oid of HEAD
//!     append  lib1/src/lib.rs | pub fn two() {}
//!     replace lib1/Cargo.toml | version = "0.1.0" | version = "0.2.0"
//!     cut     lib1/src/lib.rs | pub fn two() {}\n
//!     write   lib1/NOTES | text
//!     move    lib1 | crates/lib1
//!     remove  lib1/NOTES
//! ```

/// One step of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// Edit files and commit them all.
    Commit {
        message: String,
        edits: Vec<Edit>,
    },
    /// Publish these members (all when empty) and tag them, if asked to.
    Publish {
        packages: Vec<String>,
        tags: Option<Tagging>,
    },
    /// A tag on HEAD.
    Tag(String),
    Yank {
        package: String,
        version: String,
    },
    /// A new branch from a revision.
    Checkout {
        revision: String,
        branch: String,
    },
    /// Leave the branch.
    Detach,
}

/// How released members are tagged: a template with `{name}` and `{version}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagging(pub String);

/// One change to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Adds a line at the end.
    Append {
        path: String,
        text: String,
    },
    /// Replaces the only place that has this text.
    Replace {
        path: String,
        from: String,
        to: String,
    },
    Write {
        path: String,
        text: String,
    },
    Move {
        from: String,
        to: String,
    },
    Remove {
        path: String,
    },
}

/// Reads a history.
///
/// # Errors
/// Names the first line that is not understood.
pub fn parse(text: &str) -> Result<Vec<Instruction>, String> {
    let mut instructions = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let wrong = || format!("line {}: not understood: {trimmed}", number + 1);
        if line.starts_with(char::is_whitespace) {
            let edit = edit(trimmed).ok_or_else(wrong)?;
            match instructions.last_mut() {
                Some(Instruction::Commit { edits, .. }) => edits.push(edit),
                _ => return Err(wrong()),
            }
        } else {
            instructions.push(instruction(trimmed).ok_or_else(wrong)?);
        }
    }
    Ok(instructions)
}

fn instruction(line: &str) -> Option<Instruction> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let words: Vec<_> = rest.split_whitespace().map(str::to_owned).collect();
    Some(match (verb, words.as_slice()) {
        ("commit", [_, ..]) => Instruction::Commit { message: unescape(rest), edits: Vec::new() },
        ("release", [tags, template]) if tags == "tags" => {
            Instruction::Publish { packages: Vec::new(), tags: Some(Tagging(template.clone())) }
        }
        ("release", packages) => Instruction::Publish {
            packages: packages.to_vec(),
            tags: Some(Tagging("{name}-v{version}".to_owned())),
        },
        ("publish", packages) => Instruction::Publish { packages: packages.to_vec(), tags: None },
        ("tag", [name]) => Instruction::Tag(name.clone()),
        ("yank", [package, version]) => {
            Instruction::Yank { package: package.clone(), version: version.clone() }
        }
        ("checkout", [revision, as_, branch]) if as_ == "as" => {
            Instruction::Checkout { revision: revision.clone(), branch: branch.clone() }
        }
        ("detach", []) => Instruction::Detach,
        _ => return None,
    })
}

fn edit(line: &str) -> Option<Edit> {
    let (verb, rest) = line.split_once(' ')?;
    let fields: Vec<_> = rest.split(" | ").map(|field| unescape(field.trim())).collect();
    Some(match (verb, fields.as_slice()) {
        ("append", [path, text]) => Edit::Append { path: path.clone(), text: text.clone() },
        ("write", [path, text]) => Edit::Write { path: path.clone(), text: text.clone() },
        ("replace", [path, from, to]) => {
            Edit::Replace { path: path.clone(), from: from.clone(), to: to.clone() }
        }
        ("cut", [path, from]) => {
            Edit::Replace { path: path.clone(), from: from.clone(), to: String::new() }
        }
        ("move", [from, to]) => Edit::Move { from: from.clone(), to: to.clone() },
        ("remove", [path]) => Edit::Remove { path: path.clone() },
        _ => return None,
    })
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::{Edit, Instruction, parse};

    #[test]
    fn edits_belong_to_the_commit_above_them() {
        let history = parse("# first\nrelease\ncommit fix: x\n    append a/lib.rs | // one\n");
        let [Instruction::Publish { tags: Some(_), .. }, Instruction::Commit { message, edits }] =
            &history.expect("this is the notation")[..]
        else {
            panic!("a release and a commit");
        };
        assert_eq!(message, "fix: x");
        assert_eq!(
            edits[..],
            [Edit::Append { path: "a/lib.rs".to_owned(), text: "// one".to_owned() }]
        );
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        assert_eq!(parse("release\nfly\n"), Err("line 2: not understood: fly".to_owned()));
        assert_eq!(
            parse("release\n    append a | b\n"),
            Err("line 2: not understood: append a | b".to_owned())
        );
    }
}
