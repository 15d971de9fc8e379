"""From a push until `dev` moves: the committed file, whole, by a runner with two slots."""

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import field, frozen

from bootstrap.launch import BUILD_ARGS
from tests.bench.section import Section, outcome
from tests.bench.turns import seconds_of
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.pushes import NEEDS
from tests.support.gitlab.runner import Runner, runner
from tests.support.official_images import official_images
from tests.support.pipeline import Done, green, job, registry_of
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.registry.public import public_registries
from tests.support.repository import Repository, copy

NEW, ONE, SAME, CUT = (
    "everything new",
    "one backend's source changed",
    "nothing changed that an image holds",
    "one backend's source changed, public registries cut",
)
IDENTITY: Final = "sample/services/identity/Program.cs"
CHANGES: Final = {NEW: "", ONE: IDENTITY, SAME: "README.md", CUT: IDENTITY}
TARGETS: Final = {SAME: 150, ONE: 300, NEW: 900}  # seconds
# Jobs that show what each of the others spends before its function begins.
PROBES: Final = """
empty:
  rules: [{ when: manual, allow_failure: true }]
  script: ["true"]
load:
  rules: [{ when: manual, allow_failure: true }]
  script: [dagger call services]
"""
ENDED: Final = re.compile(r"^(\S+)\s+finished in ([\d.]+) (ms|s|min)", re.MULTILINE)
SPENT: Final = re.compile(r" (?:is up|ended) after |\[\d+/\d+\] | finished in |all well|has no copy")
UNITS: Final = {"ms": 0.001, "s": 1, "min": 60}


@frozen(kw_only=True)
class Bench:
    """One project on one runner."""

    repository: Repository
    runner: Runner
    cut: ExitStack  # closed, the public registries are gone
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def push(self, case: str) -> Mapping[str, Any]:
        """Change what the case says, and run the pipeline to its end: a row."""
        if path := CHANGES[case]:
            self.repository.append(path, f"\n// {time.monotonic_ns()}\n")
        checkout = Checkout(self.repository.root)
        checkout.git("add", "--all")
        checkout.git("commit", "--quiet", "--allow-empty", "--message", case)
        ran = list[Done]()
        seconds = seconds_of(lambda: ran.append(green(self.runner.pipeline(CI_PIPELINE_IID=str(next(self._numbers))))))
        row = {"case": case, **jobs_of(ran[0].stdout), "together": round(seconds, 1)}
        told = [line for line in ran[0].stdout.splitlines() if SPENT.search(line)]
        print(*told, f"bench: {row}", sep="\n", file=sys.stderr, flush=True)
        return row

    def probe(self, name: str) -> float:
        """The seconds of a job."""
        return seconds_of(lambda: green(self.runner.run(name)))


def measured() -> Section:
    """Four ways, each job with an engine of its own."""
    with bench() as own:
        probes = {name: own.probe(name) for name in ("empty", "load")}
        rows = [own.push(case) for case in (NEW, SAME, ONE)]
        own.cut.close()
        rows.append(own.push(CUT))
    return section(rows, probes)


def section(rows: Sequence[Mapping[str, Any]], probes: Mapping[str, float]) -> Section:
    """The table of these pushes."""
    own = "".join(f" A job that calls `{name}` takes {seconds:.0f} s." for name, seconds in probes.items())
    return Section(
        title="From a push until `dev` moves, nine services, an engine for each job",
        head=("what changed", *NEEDS, "together", "to reach"),
        cells=[
            (
                row["case"],
                *(f"{row[name]:.0f} s" for name in NEEDS),
                f"{row['together']:.0f} s",
                _reached(row, TARGETS.get(row["case"])),
            )
            for row in rows
        ],
        rows=rows,
        bars={row["case"]: row["together"] for row in rows},
        said="`build-all` and `test` run side by side on two cores. gitlab-ci-local ends the engine of a job with the "
        "whole pipeline, a runner with the job: an idle engine or two are beside the later jobs here." + own,
    )


@contextmanager
def bench() -> Iterator[Bench]:
    """A project in which nothing was published, of images that nobody has built."""
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, TemporaryDirectory() as folder:
        repository = copy(Path(folder, "project"))
        for path in repository.root.glob("sample/*/*/Dockerfile"):
            path.write_text(path.read_text(encoding="utf-8") + f"LABEL seed={repository.seed}\n", encoding="utf-8")
        repository.append(".gitlab-ci.yml", PROBES)
        with ExitStack() as cut:
            cut.enter_context(official_images(place, repository))
            cut.enter_context(public_registries(place, authority))
            Checkout.of(repository.root)
            variables = {**registry_of(job(registry, authority)), "OIS_BUILD_ARGS": BUILD_ARGS}
            own = runner(repository.root, variables, place)
            try:
                yield Bench(repository=repository, runner=own, cut=cut)
            finally:
                own.clear()


def jobs_of(log: str) -> Mapping[str, float]:
    """Seconds of each job, by the runner's own lines."""
    ended = {name: float(number) * UNITS[unit] for name, number, unit in ENDED.findall(log)}
    return {name: round(ended[name], 1) for name in NEEDS}


def _reached(row: Mapping[str, Any], target: float | None) -> str:
    return outcome(f"{target:.0f} s", reached=row["together"] <= target) if target else ""
