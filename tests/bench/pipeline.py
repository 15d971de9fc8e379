"""From a push until `dev` moves: the committed file, whole, by a runner with two slots."""

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
from tests.support.gitlab.runner import Runner, kept_engine, runner
from tests.support.official_images import official_images
from tests.support.pipeline import green, job, registry_of
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.registry.public import public_registries
from tests.support.repository import Repository, copy

OWN, STAYS = "a job's own", "one that stays"  # the engine
NEW, ONE, SAME, CUT = (
    "everything new",
    "one backend's source changed",
    "nothing changed that an image holds",
    "one backend's source changed, public registries cut",
)
IDENTITY: Final = "sample/services/identity/Program.cs"
CHANGES: Final = {NEW: "", ONE: IDENTITY, SAME: "README.md", CUT: IDENTITY}
TARGETS: Final = {(OWN, SAME): 150, (OWN, ONE): 300, (OWN, NEW): 900, (STAYS, ONE): 200, (STAYS, NEW): 800}  # seconds
OVER_EMPTY: Final = 20  # seconds over three empty jobs: nothing changed, on an engine that stays
# Jobs that show what each of the others spends before its function begins.
PROBES: Final = """
empty:
  rules: [{ when: manual, allow_failure: true }]
  script: ["true"]
load:
  rules: [{ when: manual, allow_failure: true }]
  script: [dagger call services]
"""
PROBED: Final = ("empty", "load")
WHERE: Final = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"


@frozen(kw_only=True)
class Bench:
    """One project on one runner."""

    repository: Repository
    runner: Runner
    engine: str
    cut: ExitStack  # closed, the public registries are gone
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def push(self, case: str) -> Mapping[str, Any]:
        """Change what the case says, and run the pipeline to its end: a row."""
        if path := CHANGES[case]:
            self.repository.append(path, f"\n// {time.monotonic_ns()}\n")
        checkout = Checkout(self.repository.root)
        checkout.git("add", "--all")
        checkout.git("commit", "--quiet", "--allow-empty", "--message", case)
        took = dict[str, float]()
        number = str(next(self._numbers))
        seconds = seconds_of(lambda: took.update(self.runner.push(NEEDS, CI_PIPELINE_IID=number)))
        each = {name: round(took[name], 1) for name in NEEDS}
        row = {"engine": self.engine, "case": case, **each, "together": round(seconds, 1)}
        print(f"bench: {row}", file=sys.stderr, flush=True)
        return row

    def probe(self, name: str) -> float:
        """The seconds of a job."""
        return seconds_of(lambda: green(self.runner.run(name)))


def own_engines() -> Section:
    """Four ways with an engine for each job."""
    with bench(OWN) as own:
        probes = {name: own.probe(name) for name in PROBED}
        rows = [own.push(case) for case in (NEW, SAME, ONE)]
        own.cut.close()
        rows.append(own.push(CUT))
    return _section("From a push until `dev` moves, nine services, an engine for each job", rows, probes, TARGETS)


def kept_engines() -> Section:
    """Three ways with an engine that stays."""
    with bench(STAYS) as stays:
        stays.probe("load")
        probes = {name: stays.probe(name) for name in PROBED}
        rows = [stays.push(case) for case in (NEW, SAME, ONE)]
    targets = {**TARGETS, (STAYS, SAME): 3 * probes["empty"] + OVER_EMPTY}
    return _section("From a push until `dev` moves, nine services, an engine that stays", rows, probes, targets)


def _section(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    probes: Mapping[str, float],
    targets: Mapping[tuple[str, str], float],
) -> Section:
    return Section(
        title=title,
        head=("what changed", *NEEDS, "together", "to reach"),
        cells=[
            (
                row["case"],
                *(f"{row[name]:.0f} s" for name in NEEDS),
                f"{row['together']:.0f} s",
                _reached(row, targets.get((row["engine"], row["case"]))),
            )
            for row in rows
        ],
        rows=rows,
        bars={row["case"]: row["together"] for row in rows},
        said="`build-all` and `test` run side by side on two cores. "
        f"A job that does nothing takes {probes['empty']:.0f} s, one that calls `services` {probes['load']:.0f} s.",
    )


@contextmanager
def bench(engine: str) -> Iterator[Bench]:
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
            if engine == STAYS:
                own = own.given(**{WHERE: cut.enter_context(kept_engine(place))})
            try:
                yield Bench(repository=repository, runner=own, engine=engine, cut=cut)
            finally:
                own.clear()


def _reached(row: Mapping[str, Any], target: float | None) -> str:
    return outcome(f"{target:.0f} s", reached=row["together"] <= target) if target else ""
