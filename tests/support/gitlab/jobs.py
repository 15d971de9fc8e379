"""Which jobs the file gives whom, as gitlab-ci-local reads it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.support.npm import installed

PROGRAM: Final = Path(__file__).with_name("local")
_ORIGIN: Final = "git@gitlab.test:group/project.git"
_HEAD: Final = "name;stage;when;allowFailure;environment;needs"
_NO_BRANCH: Final = ("--unset-variable", "CI_COMMIT_BRANCH")
# Everyone who could start a pipeline: what GitLab tells the job of each.
CONTEXTS: Final = {
    "branch dev-cfa2": ("dev-cfa2", ()),
    "branch main": ("main", ()),
    "a feature branch": ("feature/shop", ()),
    "a merge request": (
        "feature/shop",
        ("--variable", "CI_PIPELINE_SOURCE=merge_request_event", "--variable", "CI_MERGE_REQUEST_IID=1", *_NO_BRANCH),
    ),
    "a tag": ("dev-cfa2", ("--variable", "CI_COMMIT_TAG=v1", *_NO_BRANCH)),
}


@frozen
class Checkout:
    """A git repository with a remote, as a runner has it."""

    root: Path

    @classmethod
    def of(cls, root: Path, branch: str = "dev-cfa2") -> "Checkout":
        """Commit all that is there."""
        made = cls(root)
        made.git("init", "--quiet", "--initial-branch", branch)
        made.git("add", "--all")
        made.git("commit", "--quiet", "--message", "all")
        made.git("remote", "add", "origin", _ORIGIN)
        for reference in ("main", branch):
            made.git("update-ref", f"refs/remotes/origin/{reference}", "HEAD")
        made.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        return made

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        done = subprocess.run(  # noqa: S603  # arguments of our own
            ("git", *who, *arguments),  # noqa: S607
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def jobs(self) -> Mapping[str, tuple[str, ...]]:
        """For each context the jobs, a line each: name, stage, when, whether it may fail, environment, needs."""
        return {context: self._listed(branch, options) for context, (branch, options) in CONTEXTS.items()}

    def _listed(self, branch: str, options: tuple[str, ...]) -> tuple[str, ...]:
        self.git("checkout", "--quiet", "-B", branch)
        done = subprocess.run(  # noqa: S603  # arguments of our own
            (*command(), "--list-csv", "--no-json-schema-validation", *options),
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return (done.stderr.strip(),)
        return tuple(done.stdout.partition(f"{_HEAD}\n")[2].splitlines())


def command() -> tuple[str, ...]:
    """gitlab-ci-local."""
    return (str(installed(PROGRAM) / "node_modules" / ".bin" / "gitlab-ci-local"),)
