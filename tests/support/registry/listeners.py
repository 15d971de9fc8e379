"""Servers on a thread of their own: a test that blocks does not block what it talks to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from ssl import SSLContext

from anyio.from_thread import start_blocking_portal
from attrs import define, field

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def listening(connected: Connected, context: SSLContext, *hosts: str) -> Iterator[tuple[int, ...]]:
    """Listen with TLS on each of these addresses, and give the ports in the same order."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_servers(Connections(connected), context, hosts)) as ports,
    ):
        yield ports


@define
class Connections:
    """The open ones, to be ended with their servers: some hang on purpose."""

    _serve: Connected
    _open: set[asyncio.Future[None]] = field(factory=set)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(served)
        served.add_done_callback(self._open.discard)
        with suppress(asyncio.CancelledError):
            await served

    async def end(self) -> None:
        for served in tuple(self._open):
            served.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def _servers(
    connections: Connections, context: SSLContext, hosts: tuple[str, ...]
) -> AsyncIterator[tuple[int, ...]]:
    servers = [await asyncio.start_server(connections, host, 0, ssl=context) for host in hosts]
    yield tuple(server.sockets[0].getsockname()[1] for server in servers)
    for server in servers:
        server.close()
    await connections.end()
