"""Engines that have nothing, as a job may meet one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.pipeline import Pipeline, green
from tests.support.registry.docker import docker

NewEngine = Callable[[Pipeline], Pipeline]


@contextmanager
def new_engines() -> Iterator[NewEngine]:
    """What puts a caller on an engine that is made then, where the one before it ends.

    All are forgotten at the end only: ext4 is slow for minutes after a deletion, for which the next would pay.
    """
    made = list[Pipeline]()

    def new_engine(caller: Pipeline) -> Pipeline:
        for before in made[-1:]:
            green(before.dagger("down"))
        name = f"ois-bench-cold-{len(made)}"
        made.append(caller.on(name))
        _forget(made[-1], name)  # one that an interrupted run left
        green(made[-1].dagger("up"))
        return made[-1]

    try:
        yield new_engine
    finally:
        for number, one in enumerate(made):
            _forget(one, f"ois-bench-cold-{number}")


def _forget(engine: Pipeline, instance: str) -> None:
    green(engine.dagger("down"))
    docker("volume", "rm", "--force", f"{instance}-engine")
