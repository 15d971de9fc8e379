"""The job build-all of the committed file: with an engine of its own each time, and on an engine that stays."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from attrs import evolve, frozen

from tests.bench.section import Section, seconds_told
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.runner import Executor, Runner, runner
from tests.support.pipeline import green, job, registry_of
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.repository import small

ROUNDS: Final = 2
COPIED: Final = "own engine, nothing changed, no volume for its state"
HEAD: Final = ("engine and work", "median", "spread", "lines of its log")
DOCKERFILE: Final = "FROM python:3.11-slim\nCOPY file /srv/\n"
WHERE: Final = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"


@frozen(kw_only=True)
class Ran:
    """One job: wall seconds from the runner's start to its end, and the lines that it wrote."""

    seconds: float
    lines: int


def measured() -> Section:
    """The first builds all, later ones find it published; they differ in where the engine is and what it keeps."""
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, TemporaryDirectory() as folder:
        root = _project(Path(folder, "project"))
        own = runner(root, registry_of(job(registry, authority)), place)
        try:
            ran = _rounds(own)
        finally:
            own.clear()  # a shell job's volumes
    return Section(
        title="The job build-all, three small services",
        head=HEAD,
        cells=[(name, *_cells(each)) for name, each in ran.items()],
        rows=[
            {"case": name, "seconds": [one.seconds for one in each], "lines": [one.lines for one in each]}
            for name, each in ran.items()
        ],
        bars={name: median(one.seconds for one in each) for name, each in ran.items()},
    )


def _project(place: Path) -> Path:
    made = small(place)
    for name in ("one", "two", "three"):
        made.service(name, DOCKERFILE)
    Checkout.of(place)
    return place


def _rounds(own: Runner) -> Mapping[str, tuple[Ran, ...]]:
    stays = own.by(Executor.SHELL).given(**{WHERE: os.environ[WHERE]})
    first = _ran(own)
    _ran(stays)  # its first call loads the module
    turns = [(_ran(own), _ran(stays)) for _ in range(ROUNDS)]
    return {
        "own engine, all to build": (first,),
        "own engine, nothing changed": tuple(one for one, _ in turns),
        COPIED: (_ran(evolve(own, volumes=())),),
        "engine that stays, nothing changed": tuple(one for _, one in turns),
    }


def _ran(by: Runner) -> Ran:
    started = time.monotonic()
    done = green(by.run("build-all"))
    return Ran(seconds=time.monotonic() - started, lines=len(done.stdout.splitlines()))


def _cells(ran: tuple[Ran, ...]) -> tuple[str, ...]:
    lines = median(one.lines for one in ran)
    return *seconds_told([one.seconds for one in ran], 0), f"{lines:.0f}"
