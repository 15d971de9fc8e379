"""Who goes first: what is alike is done by one alone, then by all the others at once."""

from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

import anyio


class Turns:
    """Turns at something that is dear the first time only, such as bringing the layers of a base image."""

    def __init__(self) -> None:
        self._first = defaultdict[Hashable, anyio.Lock](anyio.Lock)
        self._done = set[Hashable]()

    @asynccontextmanager
    async def take(self, what: Hashable) -> AsyncIterator[None]:
        """Be the first at it, or wait until one has done it; one that fails leaves its place to the next."""
        async with self._first[what]:
            if what not in self._done:
                yield
                self._done.add(what)
                return
        yield
