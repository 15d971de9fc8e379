"""The road between a caller and the host: a relay that can be cut, swallow everything, be slow, and that counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from anyio.from_thread import start_blocking_portal
from attrs import define, field

from tests.support.registry.relay import reset

_CHUNK: Final = 65_536
_HERE: Final = "127.0.0.1"

Act = Callable[[], None]
Seen = Callable[[bytes], Sequence[bytes | Act]]  # what of a piece is carried, and what is done in between


@define
class Road:
    """`turns` are round trips: how often the caller spoke after the host had; `carried` is bytes, both ways."""

    address: str
    target: int
    delay: float = 0  # seconds, each way
    port: int = 0
    turns: int = 0
    carried: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _host_spoke: bool = True
    _open: asyncio.Event = field(factory=asyncio.Event)
    _sinks: set[asyncio.StreamWriter] = field(factory=set)
    _due: tuple[int, Act] | None = None
    _halved: tuple[int, Act] | None = None

    def cut(self) -> None:
        """Reset what is connected, on both sides; who comes after that gets through."""
        self._soon(self._cut)

    def swallow(self) -> None:
        """Carry nothing any more, without a word to anybody."""
        self._soon(self._open.clear)

    def clear(self) -> None:
        """Let everything through again."""
        self._soon(self._open.set)

    def at_turn(self, turn: int, act: Act) -> None:
        """Do this, in the relay's thread, when the caller begins its so many-th turn; before that is carried."""
        self._due = (turn, act)

    def amid(self, size: int, act: Act) -> None:
        """Do this, in the relay's thread, between the halves of the next piece of the caller that is so large."""
        self._halved = (size, act)

    def count_anew(self) -> None:
        self.turns, self.carried, self._host_spoke = 0, 0, True

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        there_reader, there_writer = await asyncio.open_connection(self.address, self.target)
        self._sinks |= {writer, there_writer}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, there_writer, self._from_caller))
                both.create_task(self._carry(there_reader, writer, self._from_host))
        except* (OSError, _Ended):
            pass
        finally:
            self._sinks -= {writer, there_writer}
            for sink in (writer, there_writer):
                sink.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, seen: Seen) -> None:
        """In order, each piece as long after it came as the road is; when one side ends, both do."""
        waiting = asyncio.Queue[tuple[float, bytes | Act]]()
        clock = asyncio.get_running_loop().time

        async def deliver() -> None:
            while True:
                due, part = await waiting.get()
                await asyncio.sleep(due - clock())
                await self._open.wait()
                if not part:
                    raise _Ended
                if isinstance(part, bytes):
                    sink.write(part)
                    await sink.drain()
                else:
                    part()

        async with asyncio.TaskGroup() as group:
            group.create_task(deliver())
            piece = b"more"
            while piece:
                piece = await source.read(_CHUNK)
                self.carried += len(piece)
                for part in seen(piece) if piece else (piece,):
                    waiting.put_nowait((clock() + self.delay, part))

    def _from_caller(self, piece: bytes) -> Sequence[bytes | Act]:
        if self._host_spoke:
            self._host_spoke = False
            self.turns += 1
            if self._due and self._due[0] == self.turns:
                self._due[1]()
        if self._halved and len(piece) >= self._halved[0]:
            act, self._halved = self._halved[1], None
            return piece[: len(piece) // 2], act, piece[len(piece) // 2 :]
        return (piece,)

    def _from_host(self, piece: bytes) -> Sequence[bytes | Act]:
        self._host_spoke = True
        return (piece,)

    def _soon(self, act: Act) -> None:
        assert self._loop, "the road is not open"
        self._loop.call_soon_threadsafe(act)

    def _cut(self) -> None:
        for sink in self._sinks:
            reset(sink)


class _Ended(Exception):
    """One side has ended."""


@contextmanager
def road(address: str, target: int = 22, *, delay: float = 0) -> Iterator[Road]:
    """A road to a host's sshd; it begins at 127.0.0.1 and a port of its own."""
    made = Road(address, target, delay)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_listening(made)):
        yield made


@asynccontextmanager
async def _listening(made: Road) -> AsyncIterator[None]:
    made._loop = asyncio.get_running_loop()
    made._open.set()
    served = set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(made.connected(reader, writer))
        served.add(task)
        task.add_done_callback(served.discard)

    server = await asyncio.start_server(connected, _HERE, 0)
    made.port = server.sockets[0].getsockname()[1]
    yield
    server.close()
    for task in tuple(served):
        task.cancel()
    await asyncio.gather(*served, return_exceptions=True)
