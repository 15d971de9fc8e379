"""Jobs of the committed file: with an engine of their own each time, and on an engine that stays."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from attrs import evolve, frozen

from tests.bench.section import Section, seconds_told
from tests.support.deployable import with_jobs
from tests.support.gitlab.runner import Executor, Runner, runner
from tests.support.host import docker_host
from tests.support.host.small import Small
from tests.support.pipeline import green, job, registry_of
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.repository import small as small_repository

ROUNDS: Final = 2
COPIED: Final = "build-all: own engine, nothing changed, no volume for its state"
HEAD: Final = ("job, engine and work", "median", "spread", "lines of its log")
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
    with (
        live_registry(place, authority) as registry,
        docker_host(place, authority) as host,
        TemporaryDirectory() as folder,
    ):
        small = Small(host=host, registry=registry)
        small.install()
        root = with_jobs(small_repository(Path(folder, "project")), small).root
        variables = {**registry_of(job(registry, authority)), "SSH_PRIVATE_KEY": host.private_key}
        own = runner(root, variables, place)
        try:
            ran = _rounds(own)
        finally:
            own.clear()  # a shell job's volumes
    return Section(
        title="Jobs of three small services",
        head=HEAD,
        cells=[(name, *_cells(each)) for name, each in ran.items()],
        rows=[
            {"case": name, "seconds": [one.seconds for one in each], "lines": [one.lines for one in each]}
            for name, each in ran.items()
        ],
        bars={name: median(one.seconds for one in each) for name, each in ran.items()},
    )


def _rounds(own: Runner) -> Mapping[str, tuple[Ran, ...]]:
    stays = own.by(Executor.SHELL).given(**{WHERE: os.environ[WHERE]})
    first = _ran(own)
    _ran(stays)  # its first call loads the module
    turns = [(_ran(own), _ran(stays)) for _ in range(ROUNDS)]
    _ran(stays, "deploy-cfa2")
    looks = [(_ran(own, "status-cfa2"), _ran(stays, "status-cfa2")) for _ in range(ROUNDS)]
    return {
        "build-all: own engine, all to build": (first,),
        "build-all: own engine, nothing changed": tuple(one for one, _ in turns),
        COPIED: (_ran(evolve(own, volumes=())),),
        "build-all: engine that stays, nothing changed": tuple(one for _, one in turns),
        "status-cfa2: own engine (to reach: 45 s)": tuple(one for one, _ in looks),
        "status-cfa2: engine that stays (to reach: 8 s)": tuple(one for _, one in looks),
    }


def _ran(by: Runner, name: str = "build-all") -> Ran:
    started = time.monotonic()
    done = green(by.run(name))
    return Ran(seconds=time.monotonic() - started, lines=len(done.stdout.splitlines()))


def _cells(ran: tuple[Ran, ...]) -> tuple[str, ...]:
    lines = median(one.lines for one in ran)
    return *seconds_told([one.seconds for one in ran], 0), f"{lines:.0f}"
