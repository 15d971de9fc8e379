"""The jobs of a pipeline as a runner with the docker executor runs them, of the whole sample, cold and warm."""

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bootstrap.launch import BUILD_ARGS
from tests.bench.section import Section
from tests.bench.turns import seconds_of
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.runner import Runner, runner
from tests.support.pipeline import green, job, registry_of
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.repository import copy

JOBS: Final = ("build-all", "test", "e2e")
COLD: Final = "nothing published or tested before"
WARM: Final = "the same commit again"


def measured() -> Section:
    """Each job has an engine of its own, whose cache is empty."""
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, TemporaryDirectory() as folder:
        root = copy(Path(folder, "project")).root
        Checkout.of(root)
        own = runner(root, {**registry_of(job(registry, authority)), "OIS_BUILD_ARGS": BUILD_ARGS}, place)
        took = {when: _took(own, when) for when in (COLD, WARM)}
    return Section(
        title="A pipeline of nine services, each job with an engine of its own",
        head=("", *JOBS, "together"),
        cells=[
            (when, *(f"{seconds:.0f} s" for seconds in each.values()), f"{sum(each.values()):.0f} s")
            for when, each in took.items()
        ],
        rows=[{"case": when, **each} for when, each in took.items()],
        bars={f"{name}, {when}": seconds for when, each in took.items() for name, seconds in each.items()},
    )


def _took(own: Runner, when: str) -> Mapping[str, float]:
    took = dict[str, float]()
    for name in JOBS:
        took[name] = seconds_of(lambda name=name: green(own.run(name)))  # type: ignore[misc]
        print(f"bench: {name}, {when}: {took[name]:.0f} s", file=sys.stderr, flush=True)
    return took
