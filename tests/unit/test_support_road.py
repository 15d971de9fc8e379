"""The road between caller and host carries half of a piece before the fault, and the rest only if it may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Final

import pytest

from tests.support.host.road import Road, road

SMALL: Final = b"x" * 99
LARGE: Final = b"0123456789" * 1000


@asynccontextmanager
async def sent(fault: Callable[[Road], None]) -> AsyncIterator[tuple[Road, asyncio.StreamReader]]:
    """A caller's two pieces on the road, and the fault amid the large one is done; given is what arrives."""
    arrived, done = asyncio.Future[asyncio.StreamReader](), Event()

    def act(way: Road) -> None:
        fault(way)
        done.set()

    server = await asyncio.start_server(lambda reader, _: arrived.set_result(reader), "127.0.0.1", 0)
    with road("127.0.0.1", server.sockets[0].getsockname()[1]) as way:
        way.amid(len(LARGE), lambda: act(way))
        _, caller = await asyncio.open_connection("127.0.0.1", way.port)
        reader = await arrived
        caller.write(SMALL)
        assert await reader.readexactly(len(SMALL)) == SMALL
        caller.write(LARGE)
        assert await asyncio.to_thread(done.wait, 10)
        yield way, reader
        caller.close()
    server.close()


async def test_what_a_road_swallows_amid_a_piece_comes_once_it_is_clear() -> None:
    async with sent(Road.swallow) as (way, reader):
        assert await reader.readexactly(len(LARGE) // 2) == LARGE[: len(LARGE) // 2]
        assert reader._buffer == b""  # type: ignore[attr-defined]  # what came and was not read
        way.clear()
        assert await reader.readexactly(len(LARGE) // 2) == LARGE[len(LARGE) // 2 :]


async def test_of_a_piece_in_which_the_road_is_cut_the_rest_never_comes() -> None:
    async with sent(Road.cut) as (_, reader):
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await reader.readexactly(len(LARGE))
