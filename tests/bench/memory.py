"""The memory of a cold build, with the cap and without, and of bake, which has none."""

import os
from collections.abc import Iterator

from attrs import asdict

from ci.catalogue import load
from ci.size import format_size, parse_size
from tests.bench.builder import builder
from tests.bench.calls import VARIABLES
from tests.bench.peak import Peak, watched
from tests.bench.section import Section, outcome
from tests.support.pipeline import Pipeline
from tests.support.registry import Place
from tests.support.registry.authority import kept_authority
from tests.support.registry.docker import docker
from tests.support.registry.live import live_registry
from tests.support.repository import ROOT

FREE, CAPPED = "64GB", "2GB"  # the first is no cap that matters


def measured() -> Section:
    """The peaks of one build each."""
    peaks = dict(_peaks())
    return Section(
        title="The memory of a cold build",
        head=("all nine services", "builder", "build steps", "together", "to reach", "samples"),
        cells=[(name, *_cells(peak, _most() if name == _call(CAPPED) else None)) for name, peak in peaks.items()],
        rows=[{"case": name, **asdict(peak)} for name, peak in peaks.items()],
        bars={name: peak.together / 1e9 for name, peak in peaks.items()},
        unit="GB of builder and steps together",
        said="Anonymous and kernel memory; the page cache, which gives way, is left out. Steps of bake are in the "
        "groups of its builder.",
    )


def _peaks() -> Iterator[tuple[str, Peak]]:
    for cap in (FREE, CAPPED):
        yield _call(cap), _built("--memory", cap)
    yield "bake --push", _baked()


def _call(cap: str) -> str:
    return f"build-all --memory {cap}"


def _most() -> int:
    """The cap and the largest service, in bytes."""
    services = load((ROOT / "services.toml").read_text(encoding="utf-8")).services
    return parse_size(CAPPED) + max(one.memory for one in services)


def _cells(peak: Peak, most: int | None) -> tuple[str, ...]:
    sizes = (format_size(size) for size in (peak.engine, peak.steps, peak.together))
    goal = "" if most is None else outcome(f"together {format_size(most)}", reached=peak.together <= most)
    return *sizes, goal, str(peak.samples)


def _built(*arguments: str) -> Peak:
    """Build everything on an engine whose cache was emptied."""
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    assert pipeline.dagger("core", "engine", "local-cache", "prune").returncode == 0
    pipeline.good("services")  # loads the module
    with watched(_id(f"{os.environ['DAGGERW_INSTANCE']}-engine")) as peak:
        pipeline.good("build-all", *arguments)
    return peak


def _baked() -> Peak:
    """The same of a Docker that has nothing."""
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry, builder(place, authority, registry) as rival:
        rival.take(ROOT)
        with watched(_id(rival.host.name)) as peak:
            rival.bake()
    return peak


def _id(container: str) -> str:
    return docker("inspect", "--format", "{{.Id}}", container)
