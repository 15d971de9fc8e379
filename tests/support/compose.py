"""Compose without a container: Debian's own program, for tests that need no engine."""

import fcntl
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import anyio
import anyio.to_thread

from bootstrap import settings
from bootstrap.command import output
from ci.compose.ask import Compose, ComposeAnswer, Output
from ci.host.stack import COMPOSE

SUITE: Final = "trixie"  # as the stand-in of docker:29-cli has it
SOURCE: Final = f"deb http://deb.debian.org/debian {SUITE} main\n"
PROGRAM: Final = "usr/libexec/docker/cli-plugins/docker-compose"
_ONE_AT_A_TIME: Final = threading.Lock()  # two questions may write files of the same names
ENVIRONMENT: Final = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def ask(compose_text: str, folder: Path, *env_files: str, arguments: Sequence[str] = ()) -> ComposeAnswer:
    """What Compose says of a compose file that is put into a folder."""
    (folder / COMPOSE).write_text(compose_text, encoding="utf-8")
    return anyio.run(partial(compose_at(folder).project, COMPOSE, *env_files, arguments=arguments))


def compose_at(folder: Path) -> Compose:
    """Compose for a folder that only tests have: what is written there for one question is removed after it."""

    async def run(arguments: Sequence[str], texts: Mapping[str, str]) -> Output:
        return await anyio.to_thread.run_sync(_run, arguments, texts)

    return Compose(run=run, folder=str(folder), texts=f"{folder}/.texts")


def _run(arguments: Sequence[str], texts: Mapping[str, str]) -> Output:
    with _ONE_AT_A_TIME:
        new = [file for file in map(Path, texts) if not file.exists()]
        try:
            for path, text in texts.items():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(text, encoding="utf-8")
            done = subprocess.run(  # noqa: S603
                (program(), *arguments), env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False, timeout=60
            )
        finally:
            for file in new:
                file.unlink(missing_ok=True)
    return Output(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


@cache
def program() -> Path:
    """The program; the first time it is downloaded, which takes seconds."""
    folder = settings.read(os.environ).cache / "tests" / f"compose-{SUITE}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / PROGRAM).exists():
            _download(folder)
    return folder / PROGRAM


def _download(folder: Path) -> None:
    with TemporaryDirectory() as state:
        sources = Path(state, "sources.list")
        sources.write_text(SOURCE, encoding="utf-8")
        Path(state, "lists/partial").mkdir(parents=True)
        options = (
            *("-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=-"),
            *("-o", f"Dir::State::Lists={state}/lists", "-o", f"Dir::Cache={state}", "-o", "APT::Sandbox::User=root"),
        )
        output("apt-get", "-qq", *options, "update", seconds=300)
        download = ("env", f"--chdir={state}", "apt-get", "-qq", *options, "download", "docker-compose")
        output(*download, seconds=300)
        (package,) = Path(state).glob("docker-compose_*.deb")
        output("dpkg-deb", "--extract", str(package), str(folder))
