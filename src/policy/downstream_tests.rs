use super::{DownstreamSource, parse};
use crate::model::{RelPath, Workspace};

/// What the configuration says of downstream, or what is wrong with it, in a line.
fn told(file: &str) -> String {
    let path = |text: &str| RelPath::new(text).expect("a path inside");
    let (own, root) = (path("orchestrate.toml"), path("Cargo.toml"));
    let read = parse(Some((&own, file)), (&root, ""), &[], &Workspace::default());
    let (policy, notes) = match read {
        Ok(read) => read,
        Err(error) => return format!("{}:{} {error}", error.place.line, error.place.column),
    };
    let one = |it: &super::DownstreamRepository| match &it.source {
        DownstreamSource::Path(path) => format!("{}={path}", it.name),
        DownstreamSource::Git { url, branch, folder } => {
            let branch = branch.as_deref().unwrap_or("HEAD");
            let folder = Some(folder.as_str()).filter(|folder| !folder.is_empty());
            let folder = folder.map(|folder| format!(":{folder}")).unwrap_or_default();
            format!("{}={url}#{branch}{folder}", it.name)
        }
    };
    let notes = notes.iter().map(|note| {
        let hint = note.hint.as_deref().unwrap_or_default();
        format!("{}:{} {} {hint}", note.place.line, note.place.column, note.text)
    });
    policy.downstream.iter().map(one).chain(notes).collect::<Vec<_>>().join("; ")
}

#[test]
fn repositories_are_named_by_path_or_address() {
    let table = [
        ("[downstream.app]\npath = \"../app\"", "app=../app"),
        ("downstream = { app = { git = \"git@host:t/app\" } }", "app=git@host:t/app#HEAD"),
        (
            "[downstream.\"a b\"]\ngit = \"ssh://git@host/a\"\nbranch = \"release/2\"\n\
             [downstream.c]\npath = \"c\"",
            "a b=ssh://git@host/a#release/2; c=c",
        ),
        (
            "[downstream.a]\ngit = \"ssh://h/a\"\nfolder = \"crates/app\"",
            "a=ssh://h/a#HEAD:crates/app",
        ),
        (
            "[downstream.a]\ngit = \"ssh://h/a\"\nfolder = \"../app\"",
            "3:10 `folder`: `../app` is no folder in a repository, as `crates/app`",
        ),
        (
            "[downstream.a]\npath = \"a\"\nfolder = \"app\"",
            "3:10 `folder` goes with `git`; a `path` names the folder itself",
        ),
        (
            "[downstream.app]\npath = \"a\"\nbrnch = \"x\"",
            "app=a; 3:1 `brnch` means nothing here did you mean `branch`?",
        ),
        (
            "[downsteam.app]\npath = \"a\"",
            "1:2 `downsteam` means nothing here did you mean `downstream`?",
        ),
    ];
    for (file, expected) in table {
        assert_eq!(told(file), expected, "{file}");
    }
}

#[test]
fn what_names_no_repository_is_refused_at_its_place() {
    let table = [
        ("downstream = \"../app\"", "1:14 `downstream` must be a table for each repository"),
        (
            "\n[downstream.app]\npth = \"../app\"",
            "3:7 `downstream.app` has neither `path` nor `git`; `pth` means nothing",
        ),
        ("[downstream.app]", "1:1 `downstream.app` has neither `path` nor `git`"),
        ("[downstream.app]\npath = \"a\"\ngit = \"b\"", "3:7 `downstream.app` has both"),
        ("[downstream.app]\npath = \"a\"\nbranch = \"b\"", "3:10 `branch` goes with `git`"),
        ("[downstream.app]\npath = 1", "2:8 `path` must be a string"),
        (
            "[downstream.app]\npath = \"https://host/a\"",
            "2:8 `path`: `https://host/a` is an address",
        ),
        ("[downstream.app]\ngit = \"--upload-pack=x\"", "2:7 `git`: expected is an address"),
        ("[downstream.app]\ngit = \"ext::sh -c x\"", "2:7 `git`: addresses that name a program"),
        (
            "[downstream.app]\ngit = \"https://me:secret@host/a\"",
            "2:7 `git`: the address holds a password",
        ),
        (
            "[downstream.app]\ngit = \"https://secret@host/a\"",
            "2:7 `git`: the address holds a user or a token",
        ),
        ("[downstream.app]\ngit = \"a\"\nbranch = \"-x\"", "3:10 `branch`: `-x` is no branch"),
    ];
    for (file, expected) in table {
        let told = told(file);
        assert!(told.starts_with(expected), "{file}: {told}");
        assert!(!told.contains("secret"), "{told}");
    }
}
