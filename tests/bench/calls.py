"""Calls of an unchanged repository, against an empty function of the same machine in the same minutes."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.runtime import described_in_each_call
from tests.bench.section import Section, outcome
from tests.bench.turns import Timing, in_turn
from tests.support.pipeline import Pipeline
from tests.support.repository import ROOT, copy

ROUNDS: Final = 5
SAMPLE: Final = 9  # services
SIZES: Final = (50, 200)
NOTHING: Final = "empty function"
SERVICES: Final = "services"
BARE: Final = "services, no .env"
DESCRIBED: Final = ", with Dagger's runtime"
ENV_SECONDS: Final = 0.5  # that the defaults of .env may cost
MOST: Final = 2.0  # times the sample's plan, for the plan of the most services
EMPTY: Final = '''
import dagger


@dagger.object_type
class OisCfa:
    @dagger.function(cache="never")
    async def nothing(self) -> str:
        """Answer at once."""
        return "nothing"
'''
PROJECT: Final = """
[project]
name = "ois-cfa"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["dagger-io"]

[project.entry-points."dagger.mod"]
main_object = "ci.module:OisCfa"

[build-system]
requires = ["uv_build>=0.8,<1"]
build-backend = "uv_build"

[tool.uv.build-backend]
module-name = "ci"
module-root = ""
"""
VARIABLES: Final = {
    "DAGGERW_ENGINE": "local",
    **dict.fromkeys(("CI_REGISTRY_IMAGE", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD", "CI_COMMIT_SHORT_SHA"), ""),
}


def measured() -> Section:
    """Medians of some rounds in turn."""
    with TemporaryDirectory() as place:
        timings = {timing.name: timing for timing in _timed(Path(place))}
    return Section(
        title="Calls that find nothing to do",
        head=("call", "median", "spread", f"over {NOTHING}", "with Dagger's runtime", "spread", "target"),
        cells=[_cells(timing, timings) for name, timing in timings.items() if not name.endswith(DESCRIBED)],
        rows=[{"call": timing.name, "median": timing.median, "seconds": timing.seconds} for timing in timings.values()],
        bars={timing.name: timing.median for timing in timings.values()},
        said="The local engine's runtime keeps the description of a module as long as its sources stay. Dagger's own "
        "starts Python for it in every call, the empty function's too. The bench measures that with the local runtime, "
        "whose description is taken out. All other sections are measured with the local runtime.",
    )


def empty(place: Path) -> Path:
    """A module whose one function does nothing, in place of ours."""
    repository = copy(place)
    for file in (place / "ci").rglob("*.py"):
        file.unlink()
    repository.write("ci/__init__.py", "")
    repository.write("ci/module.py", EMPTY)
    repository.write("pyproject.toml", PROJECT)
    repository.remove(".env")
    return place


def _timed(place: Path) -> tuple[Timing, ...]:
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    roots = {NOTHING: empty(place / "empty"), SERVICES: copy(place / "sample").root, BARE: copy(place / "bare").root}
    (roots[BARE] / ".env").unlink()
    calls = {
        NOTHING: (roots[NOTHING], "nothing"),
        BARE: (roots[BARE], "services"),
        SERVICES: (roots[SERVICES], "services"),
        _plan_of(SAMPLE): (roots[SERVICES], "plan"),
        **{_plan_of(size): (_many(place / f"{size}", size), "plan") for size in SIZES},
        "build-all, nothing changed": (roots[SERVICES], "build-all"),
    }
    described = {
        f"{name}{DESCRIBED}": (described_in_each_call(root), function)
        for name, (root, function) in calls.items()
        if root in {roots[NOTHING], roots[SERVICES]}
    }
    return in_turn(
        [
            (name, partial(pipeline.at(root).good, function))
            for name, (root, function) in {**calls, **described}.items()
        ],
        ROUNDS,
    )


def _cells(timing: Timing, timings: Mapping[str, Timing]) -> tuple[str, ...]:
    described, target = timings.get(f"{timing.name}{DESCRIBED}"), ""
    if timing.name == SERVICES:
        cost = timing.median - timings[BARE].median
        target = outcome(f"{ENV_SECONDS} s over {BARE}", reached=cost <= ENV_SECONDS)
    if timing.name == _plan_of(max(SIZES)):
        sample = timings[_plan_of(SAMPLE)]
        target = outcome(f"{MOST:.2f} of {sample.name}", reached=timing.median <= MOST * sample.median)
    return (*timing.row(timings[NOTHING]), *(described.row(described)[1:3] if described else ("", "")), target)


def _plan_of(services: int) -> str:
    return f"plan, {services} services"


def _many(place: Path, size: int) -> Path:
    """The sample's services, and more of the same Dockerfiles."""
    repository = copy(place)
    for number in range(SAMPLE, size):
        table = f'\n[services.more-{number}]\nkind = "dotnet"\ndockerfile = "services/identity/Dockerfile"\n'
        repository.append("services.toml", f"{table}published = {20_000 + number}\n")
    return place
