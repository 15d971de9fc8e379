"""The chosen CLI with its environment: run in our place, or told to the user's shell."""

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

from bootstrap import engine, official, path, up
from bootstrap.choice import Choice, Verdict, choose
from bootstrap.settings import Kind, Settings

QUIET = {"DAGGER_NO_NAG": "1", "DO_NOT_TRACK": "1"}
RUNNER = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"
BUILD_ARGS = "NET_VERSION=3.1"  # the newest .NET that the registries carry


@dataclass(frozen=True)
class Launch:
    """A program and the variables that lead it to its engine."""

    program: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def exports(self) -> str:
        """Lines for the user's shell; a bare `dagger` then works there."""
        path = f'export PATH={shlex.quote(str(self.program.parent))}:"$PATH"'
        return "\n".join((path, *(f"export {name}={shlex.quote(value)}" for name, value in self.variables.items())))

    def run(self, arguments: list[str]) -> NoReturn:
        """Become the program, so that signals reach it."""
        os.execvpe(self.program, ["dagger", *arguments], {**os.environ, **self.variables})  # noqa: S606


def decide(settings: Settings) -> Choice:
    """The first engine that works, or the one that is asked for."""
    probes: Mapping[Kind, Callable[[], Verdict]] = {
        Kind.PATH: partial(path.verdict, settings),
        Kind.OFFICIAL: partial(official.verdict, settings),
        Kind.LOCAL: lambda: Verdict(works=True),
    }
    return choose(settings.forced, probes)


def prepare(settings: Settings, kind: Kind) -> Launch:
    """Bring the chosen engine up, as far as its CLI does not do that itself."""
    match kind:
        case Kind.PATH:
            return Launch(Path(shutil.which("dagger") or "dagger"), QUIET)
        case Kind.OFFICIAL:
            runner = f"image://{settings.engine_image}:{settings.version}"
            return Launch(official.cli(settings), {**QUIET, RUNNER: runner})
        case Kind.LOCAL:
            return Launch(up.bring_up(settings), local_variables(settings))


def local_variables(settings: Settings) -> Mapping[str, str]:
    """What a CLI needs to know of the local engine."""
    return {
        **QUIET,
        RUNNER: engine.address(settings),
        "OIS_BUILD_ARGS": BUILD_ARGS,
        "DAGGER_PROGRESS": settings.progress,  # it has no interactive screen: left alone on a terminal, it would wait
    }
