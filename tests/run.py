"""`make test` and its kin: what finds faults early runs first, while the engine comes up."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from bootstrap import settings
from bootstrap.errors import Refused
from tests.bench.suite import ALONE
from tests.support.leftovers import remove_leftovers
from tests.support.registry.authority import kept_authority
from tests.support.repository import ROOT

Argv = tuple[str, ...]

LOCK: Final = Path(tempfile.gettempdir(), "ois-cfa-tests.lock")
WORKERS: Final = "3"
PYTEST: Final = (sys.executable, "-m", "pytest", "--numprocesses")
CHECK: Final = ("make", "--no-print-directory", "check")
UNIT: Final = (*PYTEST, "2", "tests/unit")
IN_ORDER: Final = "--no-loadscope-reorder"  # as tests/conftest.py has it; xdist begins with the files of most tests
ALL: Final = (*PYTEST, WORKERS, IN_ORDER, "tests/e2e", "tests/engine", "tests/host", "tests/support", "tests/gitlab")
FAULTS: Final = (*PYTEST, WORKERS, IN_ORDER, "--every", "--reliability", "docs/reliability.md", "tests/host")
# Steps that need no engine, and the last, which does. The first that fails ends the run.
RUNS: Final[dict[str, tuple[tuple[Argv, ...], Argv]]] = {
    "test": ((CHECK, UNIT), ALL),
    "engine": ((), ALL),
    "every": ((), (*ALL, "--every")),
    "faults": ((), FAULTS),
    "mutations": ((), (sys.executable, "-m", "tests.mutations", "run")),
    "demo": ((), (sys.executable, "-m", "tests.demo")),
    "bench": ((), (sys.executable, "-m", "tests.bench")),
}
# A shell in which a bare dagger works, and in it the rest of the arguments.
WITH_ENGINE: Final = 'eval "$1" && export _EXPERIMENTAL_DAGGER_CLI_BIN="$(command -v dagger)" && shift && exec "$@"'


def main(name: str, *arguments: str) -> int:
    """Run one of `RUNS`, its last step with more arguments; return the exit code of the step that failed, else 0."""
    first, last = RUNS[name]
    if name == "bench" and ALONE.issuperset(arguments) and arguments:
        return run((*last, *arguments))  # it measures whole runs
    kept = Path(os.environ["DAGGERW_CERTIFICATES"]).parent
    kept_authority(kept)  # the engine trusts what is there when it starts
    durations = kept / "durations.json"
    durations.unlink(missing_ok=True)
    os.environ["PYTEST_ADDOPTS"] = f"{os.environ.get('PYTEST_ADDOPTS', '')} --durations-file={durations}"
    try:
        with alone(), engine() as coming:
            for step in first:
                if code := run(step):
                    return code
            exports = _exports(coming)
            for left in remove_leftovers(settings.read(os.environ).instance):
                print(f"removed {left}, which a killed run left", file=sys.stderr)
            return run(("sh", "-c", WITH_ENGINE, "sh", exports, *last, *arguments))
    except Refused as fault:
        print(f"tests: {fault}", file=sys.stderr)
        return 1


@contextmanager
def alone(lock: Path = LOCK) -> Iterator[None]:
    """Refuse while another run has the machine: both would use one engine. A run that was killed has it no more."""
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refused(f"another run of the tests uses the engine ({file.read()}): wait until it ends") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {time.strftime('%H:%M')}")
        file.flush()
        yield


@contextmanager
def engine() -> Iterator["subprocess.Popen[str]"]:
    """Bring the engine up in the background, and take it down at the end."""
    with subprocess.Popen(("./daggerw", "env"), cwd=ROOT, stdout=subprocess.PIPE, text=True) as coming:
        try:
            yield coming
        finally:
            coming.terminate()
            coming.wait()
            subprocess.run(("./daggerw", "down"), cwd=ROOT, check=True)


def _exports(coming: "subprocess.Popen[str]") -> str:
    """Wait for the engine; return the shell's lines that lead to it."""
    exports, _ = coming.communicate()
    if coming.returncode:
        raise Refused("the engine does not come up; daggerw says why above")
    return exports


def run(step: Argv) -> int:
    """A step's exit code; what it started ends with it: an engine does not stop while a client of it is left."""
    argv = ("setpriv", "--pdeathsig", "TERM", *step)
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0) as process:  # noqa: S603
        try:
            return process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the engine goes down then too
    sys.exit(main(*sys.argv[1:]))
