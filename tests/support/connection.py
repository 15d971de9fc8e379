"""One connection to the engine, on a loop and a thread of its own: a test that blocks does not stop it."""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from threading import Thread
from typing import Any, Final, TextIO, TypeVar

import dagger
from attrs import define, field

DEADLINE_SECONDS: Final = 1500
ENGINE: Final = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"  # the library learns from it where the engine is

T = TypeVar("T")


@define
class Connection:
    """What runs on its loop may use `dagger.dag`; what the engine says of its work goes to `log`."""

    _log: TextIO
    _loop: asyncio.AbstractEventLoop = field(factory=asyncio.new_event_loop)
    _session: AsyncExitStack = field(factory=AsyncExitStack)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE_SECONDS)

    def renew(self) -> None:
        """Begin another session, as each `dagger call` is one: the engine remembers a tag's digest for a session."""
        self.run(self._session.aclose())
        self.run(self._session.enter_async_context(dagger.connection(dagger.Config(log_output=self._log))))

    @contextmanager
    def on(self, container: str) -> Iterator[None]:
        """Be connected to the engine in another container meanwhile: the library has one connection at a time."""
        usual = os.environ[ENGINE]
        os.environ[ENGINE] = f"docker-container://{container}"
        try:
            self.renew()
            yield
        finally:
            os.environ[ENGINE] = usual
            self.renew()


@contextmanager
def connected(log: TextIO) -> Iterator[Connection]:
    """Connect to the engine that the environment names."""
    connection = Connection(log)
    loop = connection._loop
    thread = Thread(target=loop.run_forever, name="engine", daemon=True)
    thread.start()
    connection.renew()
    try:
        yield connection
    finally:
        connection.run(connection._session.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
