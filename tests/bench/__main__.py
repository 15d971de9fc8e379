"""`make bench`: the calls of an unchanged repository against an empty function, and the memory of a cold build."""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tabulate import tabulate

from ci.size import format_size
from tests.bench.calls import Timing, in_turn
from tests.bench.memory import Peak, watched
from tests.support.pipeline import Pipeline
from tests.support.registry.docker import docker
from tests.support.repository import ROOT, copy

ROUNDS: Final = 5
MANY: Final = 200
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


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as place:
        _say("memory of a cold build, without a cap")
        uncapped = _cold("--memory", "64GB")
        _say("memory of a cold build within 2 GB")
        capped = _cold("--memory", "2GB")
        print(_memory({"--memory 2GB": capped, "--memory 64GB": uncapped}), end="\n\n")
        _say("calls of an unchanged repository")
        print(_times(_warm(Path(place))))


def _cold(*arguments: str) -> Peak:
    """Build everything on an engine whose cache was emptied."""
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    container = f"{os.environ['DAGGERW_INSTANCE']}-engine"
    assert pipeline.dagger("core", "engine", "local-cache", "prune").returncode == 0
    pipeline.good("services")  # loads the module
    with watched(docker("inspect", "--format", "{{.Id}}", container)) as peak:
        pipeline.good("build-all", *arguments)
    return peak


def _warm(place: Path) -> tuple[Timing, ...]:
    empty, many = _empty(place / "empty"), _many(place / "many")
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    return in_turn(
        (
            ("empty function", lambda: pipeline.at(empty).good("nothing")),
            ("plan, 9 services", lambda: pipeline.good("plan")),
            (f"plan, {MANY} services", lambda: pipeline.at(many).good("plan")),
            ("build-all, nothing changed", lambda: pipeline.good("build-all")),
        ),
        ROUNDS,
    )


def _empty(place: Path) -> Path:
    """A module whose one function does nothing, in place of ours."""
    repository = copy(place)
    for file in (place / "ci").rglob("*.py"):
        file.unlink()
    repository.write("ci/__init__.py", "")
    repository.write("ci/module.py", EMPTY)
    repository.write("pyproject.toml", PROJECT)
    repository.remove(".env")
    return place


def _many(place: Path) -> Path:
    """The sample's services, and more of the same Dockerfiles."""
    repository = copy(place)
    for number in range(9, MANY):
        table = f'\n[services.more-{number}]\nkind = "dotnet"\ndockerfile = "services/identity/Dockerfile"\n'
        repository.append("services.toml", f"{table}published = {20_000 + number}\n")
    return place


def _times(timings: Sequence[Timing]) -> str:
    head = ("call", "median", "spread", f"over {timings[0].name}")
    return tabulate([timing.row(timings[0]) for timing in timings], head, tablefmt="github", disable_numparse=True)


def _memory(peaks: Mapping[str, Peak]) -> str:
    rows = [(name, format_size(peak.engine), format_size(peak.steps), peak.samples) for name, peak in peaks.items()]
    return tabulate(rows, ("build-all", "engine", "build steps", "samples"), tablefmt="github", disable_numparse=True)


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
