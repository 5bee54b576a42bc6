//! Names in a repository that git would take for options or for programs.

use super::{PUBLISH, nothing_is_attacked};
use crate::sandbox;

#[test]
fn a_tag_that_looks_like_an_option_writes_no_file_and_is_no_release() {
    let sandbox = sandbox("chain");
    for tag in ["--output=attacked", "-o=attacked", "--upload-pack=touch${IFS}attacked"] {
        sandbox.git(&["update-ref", &format!("refs/tags/{tag}"), "HEAD"]);
    }
    sandbox.git(&["push", "--quiet", "origin", "refs/tags/*:refs/tags/*"]);
    sandbox.run(&["plan"]).exits(0);
    sandbox.run(PUBLISH).exits(0);
    sandbox.run(&["status", "--verify"]).exits(0);
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    nothing_is_attacked(&sandbox);
    assert!(sandbox.remote_tags().iter().any(|tag| tag == "--output=attacked"));
}

#[test]
fn a_branch_that_looks_like_an_option_is_pushed_by_its_name() {
    let sandbox = sandbox("chain");
    let branch = "refs/heads/--receive-pack=attacked";
    sandbox.git(&["update-ref", branch, "HEAD"]);
    sandbox.git(&["symbolic-ref", "HEAD", branch]);
    sandbox.git(&["push", "--quiet", "origin", &format!("{branch}:{branch}")]);
    sandbox.run(&["plan"]).exits(0);
    sandbox.run(PUBLISH).exits(0);
    nothing_is_attacked(&sandbox);
    assert_eq!(sandbox.remote_git(&["rev-parse", branch]), sandbox.git(&["rev-parse", "HEAD"]));
}

#[test]
fn a_remote_that_names_a_program_runs_none() {
    let sandbox = sandbox("chain");
    let before = sandbox.published_lines();
    let path = sandbox.root().join("attacked");
    for address in [
        format!("ext::sh -c touch% {}", path.display()),
        format!("--upload-pack=touch {}", path.display()),
    ] {
        sandbox.git(&["config", "remote.origin.url", &address]);
        let output = sandbox.run(PUBLISH);
        assert!(output.code != 0 && output.code != 1 && output.code != 101, "{output}");
        nothing_is_attacked(&sandbox);
    }
    assert_eq!(sandbox.published_lines(), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
