"""publish-all against what a team would use instead: bake, bake with a cache in the registry, and one by one."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from attrs import asdict, frozen

from ci.size import format_size
from tests.bench.builder import Builder, builder
from tests.bench.calls import VARIABLES, empty
from tests.bench.section import Section
from tests.bench.traffic import Traffic, traffic
from tests.bench.turns import seconds_of
from tests.support.pipeline import Pipeline, green, job
from tests.support.registry import LiveRegistry, Place
from tests.support.registry.authority import kept_authority
from tests.support.registry.docker import docker
from tests.support.registry.live import live_registry
from tests.support.repository import Repository, copy

WARM_ROUNDS: Final = 3
COLD: Final = "ois-bench-cold"  # an engine that is made anew for each cold call
EMPTY: Final = "empty function"
US, BAKE, CACHED, FORMER = "publish-all", "bake --push", "bake --push, cache in the registry", "one by one"
IDENTITY: Final = "sample/services/identity/Program.cs"
DOMAIN: Final = "sample/packages/domain/Ledger.cs"
HEAD: Final = ("work", "by", "seconds", "spread", "pushed", "pulled", "base images")


@frozen(kw_only=True)
class Ran:
    """One contender at one work: wall seconds of each round, the bytes of the last."""

    work: str
    by: str
    seconds: tuple[float, ...]
    traffic: Traffic


@frozen(kw_only=True)
class Bench:
    """One repository, our caller in it, and the rival, which has the same files."""

    registry: LiveRegistry
    place: Place
    repository: Repository
    us: Pipeline
    rival: Builder

    def change(self, path: str) -> None:
        """Another file, for both."""
        self.repository.append(path, f"\n// {time.monotonic_ns()}\n")
        self.rival.take(self.repository.root)

    def publish(self, on: str = "") -> Callable[[], object]:
        """Our call; on another engine than the usual when one is named."""
        caller = self.us.on(on) if on else self.us
        return lambda: caller.good("publish-all", "--tag", f"{time.monotonic_ns():x}")

    def ran(self, work: str, by: str, act: Callable[[], object], before: Callable[[], object] | None = None) -> Ran:
        """One cold run: what comes before it is not timed."""
        if before:
            before()
        mark, since = self.registry.mark(), datetime.now(UTC)
        seconds = seconds_of(act)
        print(f"bench: {work}, {by}: {seconds:.1f} s", file=sys.stderr, flush=True)
        return Ran(work=work, by=by, seconds=(seconds,), traffic=traffic(self.registry, self.place, mark, since))

    def in_turn(self, work: str, acts: Mapping[str, Callable[[], object]], before: Callable[[], object]) -> list[Ran]:
        """Warm runs, one contender after the other, some rounds."""
        rounds = list[list[Ran]]()
        for _ in range(WARM_ROUNDS):
            before()
            rounds.append([self.ran(work, by, act) for by, act in acts.items()])
        return [
            Ran(work=work, by=each[0].by, seconds=tuple(one.seconds[0] for one in each), traffic=each[-1].traffic)
            for each in zip(*rounds, strict=True)
        ]


def measured() -> Section:
    """Cold runs once each, warm ones in turn."""
    with _bench() as bench:
        ran = [*_first(bench), *_warm(bench), *_cold(bench)]
    return Section(
        title="Publishing nine services, and what a team would use instead",
        head=HEAD,
        cells=[_cells(one) for one in ran],
        rows=[asdict(one) for one in ran],
        bars={f"{one.work}: {one.by}": median(one.seconds) for one in ran},
        said=f"The product's own part of a call is its time less that of the {EMPTY}. The others run in Debian's "
        "Docker, in a container. Cold has nothing at all: without a cache it builds all nine, whatever changed.",
    )


def _first(bench: Bench) -> Iterator[Ran]:
    """Nothing is published, nothing is in any cache."""
    work = "all nine, nothing there yet"
    yield bench.ran(work, US, bench.publish(COLD), lambda: _new_engine(bench.us))
    bench.publish()()  # the usual engine has them too, from here on
    yield bench.ran(work, BAKE, bench.rival.bake, bench.rival.forget)
    yield bench.ran(work, FORMER, bench.rival.one_by_one, bench.rival.forget)
    yield bench.ran(work, CACHED, bench.rival.bake_cached, bench.rival.forget)
    bench.rival.bake()  # so that it is warm


def _warm(bench: Bench) -> Iterator[Ran]:
    with TemporaryDirectory() as folder:
        nothing = Pipeline(root=empty(Path(folder, "empty")), variables=VARIABLES)
        nothing.good("nothing")
        acts = {EMPTY: lambda: nothing.good("nothing"), US: bench.publish(), BAKE: bench.rival.bake}
        yield from bench.in_turn("nothing changed, warm", acts, lambda: None)
        for what, path in (("one service changed", IDENTITY), ("packages/domain changed", DOMAIN)):
            yield from bench.in_turn(f"{what}, warm", acts, lambda path=path: bench.change(path))  # type: ignore[misc]


def _cold(bench: Bench) -> Iterator[Ran]:
    for what, path in (("nothing changed", ""), ("one service changed", IDENTITY), ("packages/domain changed", DOMAIN)):
        if path:
            bench.change(path)
        yield bench.ran(f"{what}, cold", US, bench.publish(COLD), lambda: _new_engine(bench.us))
        yield bench.ran(f"{what}, cold", CACHED, bench.rival.bake_cached, bench.rival.forget)


@contextmanager
def _bench() -> Iterator[Bench]:
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, TemporaryDirectory() as folder:
        repository = copy(Path(folder, "ois-cfa"))
        us = Pipeline(root=repository.root, variables=job(registry, authority))
        with builder(place, authority, registry) as rival:
            rival.take(repository.root)
            try:
                yield Bench(registry=registry, place=place, repository=repository, us=us, rival=rival)
            finally:
                _remove_engine(us)


def _new_engine(us: Pipeline) -> None:
    _remove_engine(us)
    green(us.on(COLD).dagger("up"))


def _remove_engine(us: Pipeline) -> None:
    green(us.on(COLD).dagger("down"))
    docker("volume", "rm", "--force", f"{COLD}-engine")


def _cells(ran: Ran) -> tuple[str, ...]:
    return (
        ran.work,
        ran.by,
        f"{median(ran.seconds):.1f}",
        f"{min(ran.seconds):.1f}-{max(ran.seconds):.1f}" if len(ran.seconds) > 1 else "",
        format_size(ran.traffic.pushed),
        format_size(ran.traffic.pulled),
        format_size(ran.traffic.bases),
    )
