"""publish-all against what a team would use instead: bake, bake with a cache in the registry, and one by one."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import asdict, evolve, frozen

from tests.bench.builder import Builder, builder
from tests.bench.calls import VARIABLES, empty
from tests.bench.cold import NewEngine, new_engines
from tests.bench.contest import COLD, EMPTY, HEAD, US, WARM, Ran, Target, cells
from tests.bench.section import Section
from tests.bench.traffic import traffic
from tests.bench.turns import seconds_of
from tests.support.pipeline import Pipeline, job
from tests.support.registry import LiveRegistry, Place
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.repository import Repository, copy

WARM_ROUNDS: Final = 3
BAKE, CACHED, FORMER = "bake --push", "bake --push, cache in the registry", "one by one"
ALL: Final = "all nine, nothing there yet"
NOTHING, ONE, DOMAIN = "nothing changed", "one service changed", "packages/domain changed"
CHANGES: Final = {
    NOTHING: "",
    ONE: "sample/services/identity/Program.cs",
    DOMAIN: "sample/packages/domain/Ledger.cs",
}
TARGETS: Final = (
    Target(work=ALL, engine=COLD, by=BAKE, most=1.0),
    Target(work=ALL, engine=COLD, by=FORMER, most=0.6),
    Target(work=NOTHING, engine=WARM, by=US, most=1.0, own=True),
    Target(work=NOTHING, engine=WARM, by=BAKE, most=1.2),
    *(Target(work=work, engine=WARM, by=BAKE, most=1.0, own=True) for work in CHANGES),
    Target(work=NOTHING, engine=COLD, by=BAKE, most=0.25),
    Target(work=ONE, engine=COLD, by=BAKE, most=0.5),
    *(Target(work=work, engine=COLD, by=CACHED, most=1.0, own=True) for work in CHANGES),
)


@frozen(kw_only=True)
class Bench:
    """One repository, our caller in it, and the rival, which has the same files."""

    registry: LiveRegistry
    place: Place
    repository: Repository
    us: Pipeline
    rival: Builder

    def change(self, path: str) -> None:
        """Another file, for both; nothing when none is named."""
        if path:
            self.repository.append(path, f"\n// {time.monotonic_ns()}\n")
            self.rival.take(self.repository.root)

    def publish(self, cold: Pipeline | None = None) -> Callable[[], object]:
        """Our call, on the usual engine or on a cold one."""
        caller = cold or self.us
        return lambda: caller.good("publish-all", "--tag", f"{time.monotonic_ns():x}")

    def cold(self, work: str, by: str, act: Callable[[], object]) -> Ran:
        """One run, on an engine or a daemon that has nothing."""
        return self._ran(work, COLD, by, act)

    def warm(self, work: str, acts: Mapping[str, Callable[[], object]], before: Callable[[], object]) -> list[Ran]:
        """Some rounds, one contender after the other."""
        rounds = list[list[Ran]]()
        for _ in range(WARM_ROUNDS):
            before()
            rounds.append([self._ran(work, WARM, by, act) for by, act in acts.items()])
        return [evolve(each[-1], seconds=tuple(one.median for one in each)) for each in zip(*rounds, strict=True)]

    def _ran(self, work: str, engine: str, by: str, act: Callable[[], object]) -> Ran:
        mark, since = self.registry.mark(), datetime.now(UTC)
        seconds = seconds_of(act)
        print(f"bench: {work}, {engine}, {by}: {seconds:.1f} s", file=sys.stderr, flush=True)
        passed = traffic(self.registry, self.place, mark, since, self.rival.bases)
        return Ran(work=work, engine=engine, by=by, seconds=(seconds,), traffic=passed)


def warm() -> Section:
    """On an engine and a daemon that are in use: some rounds, one contender after the other."""
    with _bench() as bench, _nothing() as nothing:
        nothing.good("nothing")
        bench.publish()()
        bench.rival.bake()
        ran = list(_warm(bench, nothing))
        unchanged = bench.us.publish(f"{time.monotonic_ns():x}").values()
    latest = max(image["began"] for image in unchanged)
    return _section(
        "Publishing again on an engine in use, and what a team would use instead",
        ran,
        f" Of {len(unchanged)} unchanged services the last starts {latest:.1f} s after the run begins to publish.",
    )


def cold() -> Section:
    """On an engine and a daemon that have nothing: once each."""
    with _bench() as bench, _nothing() as nothing, new_engines() as new_engine:
        first = list(_first(bench, nothing, new_engine))
        ran = [*first, *_again(bench, new_engine, next(one for one in first if one.by == BAKE))]
    return _section(
        "Publishing on a new engine, and what a team would use instead",
        ran,
        " A new one has nothing at all: without a cache it builds all nine whatever changed, so that its time is the "
        "first's in each row. What one had is deleted after the last: the file system is slow after a deletion. Base "
        "images come from a mirror on this machine.",
    )


def _warm(bench: Bench, nothing: Pipeline) -> Iterator[Ran]:
    acts = {EMPTY: lambda: nothing.good("nothing"), US: bench.publish(), BAKE: bench.rival.bake}
    for work, path in CHANGES.items():
        yield from bench.warm(work, acts, partial(bench.change, path))


def _first(bench: Bench, nothing: Pipeline, new_engine: NewEngine) -> Iterator[Ran]:
    """Nothing is published, nothing is in any cache."""
    new = new_engine(nothing)
    yield bench.cold("nothing at all", EMPTY, lambda: new.good("nothing"))
    yield bench.cold(ALL, US, bench.publish(new_engine(bench.us)))
    for by, act in ((BAKE, bench.rival.bake), (FORMER, bench.rival.one_by_one), (CACHED, bench.rival.bake_cached)):
        bench.rival.forget()
        yield bench.cold(ALL, by, act)


def _again(bench: Bench, new_engine: NewEngine, without_cache: Ran) -> Iterator[Ran]:
    """All nine are published, and in the rival's cache in the registry."""
    for work, path in CHANGES.items():
        bench.change(path)
        yield bench.cold(work, US, bench.publish(new_engine(bench.us)))
        yield evolve(without_cache, work=work)
        bench.rival.forget()
        yield bench.cold(work, CACHED, bench.rival.bake_cached)


def _section(title: str, ran: Sequence[Ran], said: str = "") -> Section:
    return Section(
        title=title,
        head=HEAD,
        cells=cells(ran, TARGETS),
        rows=[asdict(one) for one in ran],
        bars={f"{one.work}: {one.by}": one.median for one in ran},
        said=f"The own part of a call is its time less that of the {EMPTY} on such an engine. The others run in "
        f"Debian's Docker, in a container.{said}",
    )


@contextmanager
def _nothing() -> Iterator[Pipeline]:
    """A caller in an empty repository."""
    with TemporaryDirectory() as folder:
        yield Pipeline(root=empty(Path(folder, "empty")), variables=VARIABLES)


@contextmanager
def _bench() -> Iterator[Bench]:
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, TemporaryDirectory() as folder:
        repository = copy(Path(folder, "ois-cfa"))
        us = Pipeline(root=repository.root, variables=job(registry, authority))
        with builder(place, authority, registry) as rival:
            rival.take(repository.root)
            yield Bench(registry=registry, place=place, repository=repository, us=us, rival=rival)
