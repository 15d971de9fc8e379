"""Engines that have nothing, as a job may meet one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.pipeline import Pipeline, green

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
        cold = caller.on(f"ois-bench-cold-{len(made)}")
        made.append(cold)
        cold.forget_engine()  # one that an interrupted run left
        green(cold.dagger("up"))
        return cold

    try:
        yield new_engine
    finally:
        for one in made:
            one.forget_engine()
