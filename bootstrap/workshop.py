"""Where one stage works: a log, a scratch folder, and processes that end when the run does."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from bootstrap.command import tail
from bootstrap.errors import BootstrapError, StageFailed

END_SECONDS = 10
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Tools:
    """What all stages of one run share: the cache, and the processes that are running."""

    cache: Path
    held: tuple[int, ...] = ()  # the lock's file: what outlives a run that was killed still holds it
    _processes: set["subprocess.Popen[bytes]"] = field(default_factory=set)
    _closed: threading.Event = field(default_factory=threading.Event)

    def run(self, argv: tuple[str, ...], log: Path, cwd: Path, environment: Mapping[str, str]) -> int:
        """Run to the end in a session of its own, so that Ctrl-C ends it by us and with its children."""
        with log.open("ab") as sink:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.held,
            )
        self._processes.add(process)
        if self._closed.is_set():
            _signal(process, signal.SIGTERM)
        try:
            return process.wait()
        finally:
            self._processes.discard(process)
            _signal(process, signal.SIGKILL)  # what it left behind

    @contextmanager
    def ended_on_error(self) -> Iterator[None]:
        """When the run fails or is interrupted, end what it started."""
        try:
            yield
        except BaseException:
            self._closed.set()
            try:
                self._signal(signal.SIGTERM)
                self._wait(END_SECONDS)
            finally:  # also at a second Ctrl-C
                self._signal(signal.SIGKILL)
            raise

    def _signal(self, number: signal.Signals) -> None:
        for process in tuple(self._processes):
            _signal(process, number)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._processes and time.monotonic() < deadline:
            time.sleep(0.05)


@dataclass(frozen=True)
class Workshop:
    """One stage at work."""

    name: str
    doing: str
    keys: Mapping[str, str]
    tools: Tools

    @property
    def log(self) -> Path:
        """Where the output of its commands goes."""
        return self.tools.cache / "logs" / f"{self.name}.log"

    @property
    def scratch(self) -> Path:
        """A folder that is empty at the start and gone at the end."""
        return self.tools.cache / "work" / self.name

    @property
    def key(self) -> str:
        """What it is made from."""
        return self.keys[self.name]

    def image(self, name: str) -> str:
        """The tag of an image stage."""
        return image_tag(name, self.keys[name])

    def folder(self, name: str) -> Path:
        """The folder of a folder stage."""
        return made_folder(self.tools.cache, name, self.keys[name])

    def run(self, *argv: str, cwd: Path | None = None, environment: Mapping[str, str] = NOTHING) -> None:
        """Run one command, its output in the log; raise `StageFailed` with the log's end."""
        if self.tools.run(argv, self.log, cwd or self.scratch, environment) != 0:
            raise StageFailed(self.doing, str(self.log), tail(self.log))

    def work(self, make: Callable[["Workshop"], None]) -> None:
        """Make the stage's product in a clean scratch folder."""
        clear(self.scratch)
        self.scratch.mkdir(parents=True)
        self.log.write_bytes(b"")
        try:
            make(self)
        except (BootstrapError, OSError) as fault:
            raise (
                fault
                if isinstance(fault, BootstrapError)
                else StageFailed(self.doing, str(self.log), f"{tail(self.log)}\n{fault}")
            ) from None
        finally:
            clear(self.scratch)


def image_tag(name: str, key: str) -> str:
    """The name under which an image stage leaves its product."""
    return f"ois-cfa/{name}:{key}"


def made_folder(cache: Path, name: str, key: str) -> Path:
    """The place where a folder stage leaves its product."""
    return cache / "made" / f"{name}-{key}"


def clear(folder: Path) -> None:
    """Remove a folder, after what an interrupted debootstrap left mounted in it."""
    for line in Path("/proc/self/mounts").read_text().splitlines()[::-1]:
        if line.split()[1].startswith(f"{folder}/"):
            subprocess.run(("umount", line.split()[1]), check=False)
    if folder.exists():
        shutil.rmtree(folder)


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
