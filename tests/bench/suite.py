"""What it costs to prove a change: all tests with caches and without, the quick ways, the first failure."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen

from bootstrap import settings
from tests.bench.section import Section, outcome
from tests.mutations.mutation import mutations
from tests.support.durations import summary
from tests.support.repository import ROOT

ALONE: Final = frozenset({"suite", "suite-bare", "suite-failure"})  # sections for which no other run may be under way
SUITE: Final = (".ci/run",)
UNIT: Final = ("make", "check", "unit")
WITHOUT_CACHES: Final = {"PIP_NO_CACHE_DIR": "1"}  # besides our own folder
ONE: Final = """\
export DAGGERW_ENGINE=local DAGGERW_INSTANCE=ois-bench DAGGERW_CERTIFICATES=$1
make certificates >&2
eval "$(./daggerw env)"
export _EXPERIMENTAL_DAGGER_CLI_BIN="$(command -v dagger)"
python=$(make -s python)
prove() { $python -m pytest tests/engine/test_calls.py::test_rebuild_builds_what_was_published >&2; }
prove
date +%s.%N
prove
date +%s.%N
./daggerw down
"""
CHANGES: Final = (  # of tests/mutations, spread over what finds them
    "lock-age",
    "registry-no-retry",
    "decision-lost-part",
    "publish-half-a-release",
    "switch-no-soak",
    "pull-asked-once",
)
FAILURE: Final = re.compile(r"=+ FAILED |make(\[\d+\])?: \*\*\*")  # of a test, as soon as it fails, or of a check
# Before, at 92f3dcb on 2 cores: with caches as its issue tells, without them measured on 2026-11-29.
BEFORE: Final = {"with caches": 54 * 60, "without": 58 * 60 + 38}
WARM_SECONDS: Final = 0.42 * BEFORE["with caches"]
BARE_SECONDS: Final = 35 * 60
UNIT_SECONDS: Final = 60
ONE_SECONDS: Final = 10
FIRST_SECONDS: Final = 4 * 60


@frozen(kw_only=True)
class Took:
    """What took how long, the most that it may, and what it took before all tests of a kind shared a process."""

    what: str
    seconds: float
    most: float
    before: int = 0  # seconds; 0 where it was not measured

    @property
    def cells(self) -> tuple[str, str, str, str]:
        before = f"{self.before} s" if self.before else ""
        reached = outcome(f"{self.most:.0f} s", reached=self.seconds <= self.most)
        return self.what, before, f"{self.seconds:.0f} s", reached


def with_caches() -> Section:
    """A fresh clone, twice in a row, then the quick ways to prove a change."""
    cache = settings.read(os.environ).cache
    with _clone() as root:
        first, second = (_seconds(root, SUITE) for _ in range(2))
        went = summary(json.loads((cache / "tests/durations.json").read_text(encoding="utf-8")))
        unit = _seconds(root, UNIT)
        began, ended = map(float, _output(root, ("sh", "-ec", ONE, "sh", f"{cache}/tests/certificates")).split())
    took = (
        Took(what="`.ci/run` in a fresh clone", seconds=first, most=WARM_SECONDS, before=BEFORE["with caches"]),
        Took(what="`.ci/run` once more", seconds=second, most=WARM_SECONDS, before=BEFORE["with caches"]),
        Took(what="`make check unit`", seconds=unit, most=UNIT_SECONDS),
        Took(what="an engine test by name, once more, from start to end", seconds=ended - began, most=ONE_SECONDS),
    )
    return _section("All tests, with caches", took, f"The second run:\n\n```text\n{went}\n```\n")


def without_caches() -> Section:
    """A fresh clone on a machine that has nothing of ours."""
    with _clone() as root, TemporaryDirectory() as cache:
        seconds = _seconds(root, SUITE, {"DAGGERW_CACHE": cache, **WITHOUT_CACHES})
    what = "`.ci/run` in a fresh clone"
    took = Took(what=what, seconds=seconds, most=BARE_SECONDS, before=BEFORE["without"])
    return _section("All tests, on a bare machine", (took,))


def first_failure() -> Section:
    """Six changes that break something, each until `.ci/run` names a failure."""
    patches = {mutation.name: mutation.patch for mutation in mutations()}
    took = [_until_failure(patches[name]) for name in CHANGES]
    return _section("From a change to the first failure that it causes", took)


def _until_failure(patch: Path) -> Took:
    with _clone() as root:
        subprocess.run(("git", "apply", str(patch)), cwd=root, check=True)  # noqa: S603, S607
        (root / patch.relative_to(ROOT)).unlink()  # `make check` would say that it does not apply
        began = time.monotonic()
        with _running(root, SUITE, {}) as lines:
            line = next(line for line in lines if FAILURE.match(line)).strip("= \n")
            seconds = time.monotonic() - began
    return Took(what=f"{patch.stem}: {line[:100]}", seconds=seconds, most=FIRST_SECONDS)


def _section(title: str, took: Sequence[Took], said: str = "") -> Section:
    return Section(
        title=title,
        head=("what", "before", "time", "to reach"),
        cells=[each.cells for each in took],
        rows=[{"what": each.what, "seconds": each.seconds, "most": each.most, "before": each.before} for each in took],
        said=said,
    )


@contextmanager
def _clone() -> Iterator[Path]:
    """What is committed here, elsewhere."""
    with TemporaryDirectory() as folder:
        subprocess.run(("git", "clone", "--quiet", str(ROOT), folder), check=True)  # noqa: S603, S607
        yield Path(folder)


def _seconds(root: Path, argv: Sequence[str], variables: Mapping[str, str] | None = None) -> float:
    """The wall seconds of a command that must end well; what it says goes to stderr."""
    began = time.monotonic()
    subprocess.run(argv, cwd=root, env={**os.environ, **(variables or {})}, stdout=sys.stderr, check=True)  # noqa: S603
    return time.monotonic() - began


def _output(root: Path, argv: Sequence[str]) -> str:
    return subprocess.run(argv, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def _running(root: Path, argv: Sequence[str], variables: Mapping[str, str]) -> Iterator[Iterator[str]]:
    """The lines of a command, shown here too; it is ended with the block, and may clear away what it made."""
    with subprocess.Popen(  # noqa: S603
        argv,
        cwd=root,
        env={**os.environ, **variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield _shown(process.stdout)
        finally:
            process.terminate()
            for line in process.stdout:
                sys.stderr.write(line)


def _shown(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        sys.stderr.write(line)
        yield line
