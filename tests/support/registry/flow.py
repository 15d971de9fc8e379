"""A body on its way from one connection to another: counted, and cut or slowed when a fault says so."""

import asyncio
from collections.abc import AsyncIterator

import h11
from attrs import define

from tests.support.registry.faults import Cut, Effect, Slow
from tests.support.registry.wire import Wire


class Severed(Exception):
    """The connection is to be reset: a fault asked for it, or the other side went away."""


@define
class Flow:
    limit: int | None = None
    rate: int | None = None
    passed: int = 0

    def sever_before_start(self) -> None:
        if self.limit == 0:
            raise Severed

    async def body(self, source: Wire) -> AsyncIterator[bytes]:
        """What comes in, piece by piece, to its end."""
        while isinstance(event := await source.event(), h11.Data):
            async for piece in self.metered(bytes(event.data)):
                yield piece
        if not isinstance(event, h11.EndOfMessage):
            raise Severed

    async def metered(self, content: bytes) -> AsyncIterator[bytes]:
        piece = content if self.limit is None else content[: self.limit - self.passed]
        if self.rate:
            await asyncio.sleep(len(piece) / self.rate)
        self.passed += len(piece)  # before it goes out: who has an answer may read the journal
        yield piece
        if self.passed == self.limit:
            raise Severed


def upload_under(effect: Effect | None) -> Flow:
    match effect:
        case Cut(after=after, upload=True):
            return Flow(limit=after)
        case Slow(bytes_per_second=rate):
            return Flow(rate=rate)
        case _:
            return Flow()


def download_under(effect: Effect | None) -> Flow:
    match effect:
        case Cut(after=after, upload=False):
            return Flow(limit=after)
        case Slow(bytes_per_second=rate):
            return Flow(rate=rate)
        case _:
            return Flow()
