"""An engine that has nothing, as a job may meet it."""

from typing import Final

from tests.support.pipeline import Pipeline, green
from tests.support.registry.docker import docker

INSTANCE: Final = "ois-bench-cold"


def new_engine(caller: Pipeline) -> Pipeline:
    """The same caller on an engine that is made anew."""
    remove_engine(caller)
    cold = caller.on(INSTANCE)
    green(cold.dagger("up"))
    return cold


def remove_engine(caller: Pipeline) -> None:
    """End it and forget what it had."""
    green(caller.on(INSTANCE).dagger("down"))
    docker("volume", "rm", "--force", f"{INSTANCE}-engine")
