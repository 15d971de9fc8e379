"""`./daggerw` as a user runs it, in an environment that asks for nothing but what the test says."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from tests.support.pipeline import Done
from tests.support.repository import ROOT

DEADLINE_SECONDS: Final = 180
KEPT: Final = ("DAGGERW_CACHE", "DAGGERW_CERTIFICATES")
HEARING: Final = ("env", "--default-signal")  # what nohup ignores, its children would ignore too
INTERRUPTED: Final = "daggerw: interrupted; the same command continues where this one stopped"


@frozen
class Shim:
    """`prefix` are the words before the command, for a user or a machine of its own."""

    variables: Mapping[str, str] = field(factory=dict)
    prefix: tuple[str, ...] = ()
    root: Path = ROOT

    def __call__(self, *arguments: str, **variables: str) -> Done:
        """Run it to its end."""
        with self.start(*arguments, **variables) as process:
            try:
                stdout, stderr = process.communicate(timeout=DEADLINE_SECONDS)
            finally:
                process.kill()
        return Done(process.args, process.returncode, stdout, stderr)

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """Run it until the test ends it."""
        return subprocess.Popen(  # noqa: S603  # arguments of our own
            (*HEARING, *self.prefix, str(self.root / "daggerw"), *arguments),
            cwd=self.root,
            env={**_unasked(), **self.variables, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def behind(self, *prefix: str) -> "Shim":
        """The same, run by another command."""
        return evolve(self, prefix=prefix)

    def at(self, root: Path) -> "Shim":
        """The same in another repository."""
        return evolve(self, root=root)

    def asking(self, **variables: str) -> "Shim":
        """The same with more variables."""
        return evolve(self, variables={**self.variables, **variables})


def compiled_cli() -> Path:
    """The real CLI of the local engine: the run of the tests has it on PATH."""
    found = shutil.which("dagger")
    assert found, "no dagger on PATH: run make engine"
    return Path(found).resolve()


def spoken(done: Done) -> list[str]:
    """What the shim itself said."""
    assert "Traceback" not in done.stderr, done.stderr
    return re.findall(r"^daggerw: (.*)$", done.stderr, re.MULTILINE)


def _unasked() -> dict[str, str]:
    """This environment without a choice of engine, without a job of GitLab and without a dagger on PATH."""
    asks = re.compile("DAGGER|_EXPERIMENTAL_DAGGER|OIS_|CI_|DOCKER_")
    kept = {name: value for name, value in os.environ.items() if name in KEPT or not asks.match(name)}
    folders = (folder for folder in kept["PATH"].split(":") if not Path(folder, "dagger").exists())
    return {**kept, "PATH": ":".join(folders)}
