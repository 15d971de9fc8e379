"""Calls of an unchanged repository, against an empty function of the same machine in the same minutes."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.section import Section, outcome
from tests.bench.turns import Timing, in_turn
from tests.support.pipeline import Pipeline
from tests.support.repository import ROOT, copy

ROUNDS: Final = 5
SAMPLE: Final = 9  # services
SIZES: Final = (50, 200)
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
        timings = _timed(Path(place))
    return Section(
        title="Calls that find nothing to do",
        head=("call", "median", "spread", f"over {timings[0].name}", "to reach"),
        cells=[(*timing.row(timings[0]), _to_reach(timing, timings)) for timing in timings],
        rows=[{"call": timing.name, "median": timing.median, "seconds": timing.seconds} for timing in timings],
        bars={timing.name: timing.median for timing in timings},
        said="On the local engine, which keeps the description of a module for as long as its sources stay. The "
        "official one starts Python for it in every call, the empty function's too.",
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
    nothing = empty(place / "empty")
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    many = {size: pipeline.at(_many(place / f"{size}", size)) for size in SIZES}
    return in_turn(
        (
            ("empty function", lambda: pipeline.at(nothing).good("nothing")),
            (_plan_of(SAMPLE), lambda: pipeline.good("plan")),
            *((_plan_of(size), partial(of.good, "plan")) for size, of in many.items()),
            ("build-all, nothing changed", lambda: pipeline.good("build-all")),
        ),
        ROUNDS,
    )


def _to_reach(timing: Timing, timings: Sequence[Timing]) -> str:
    if timing.name != _plan_of(max(SIZES)):
        return ""
    sample = next(one for one in timings if one.name == _plan_of(SAMPLE))
    return outcome(f"{MOST:.2f} of {sample.name}", reached=timing.median <= MOST * sample.median)


def _plan_of(services: int) -> str:
    return f"plan, {services} services"


def _many(place: Path, size: int) -> Path:
    """The sample's services, and more of the same Dockerfiles."""
    repository = copy(place)
    for number in range(SAMPLE, size):
        table = f'\n[services.more-{number}]\nkind = "dotnet"\ndockerfile = "services/identity/Dockerfile"\n'
        repository.append("services.toml", f"{table}published = {20_000 + number}\n")
    return place
