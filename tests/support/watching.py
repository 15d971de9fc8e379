"""Looking again and again while something else runs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event


@contextmanager
def watching(look: Callable[[], None], every: float) -> Iterator[None]:
    """Call `look` each so many seconds until the block ends; what it raises is raised there, so it is never lost."""
    ended = Event()

    def repeat() -> None:
        while not ended.wait(every):
            look()

    with ThreadPoolExecutor(1) as pool:
        watch = pool.submit(repeat)
        try:
            yield
        finally:
            ended.set()
        watch.result()
