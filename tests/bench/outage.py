"""How long a service does not answer, as whoever asks all the time sees it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from attrs import define

from tests.support.waiting import until
from tests.support.watching import watching

EVERY_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 0.5
BACK_SECONDS: Final = 30


@define
class Outage:
    """Seconds from the last good answer before a bad one, or none, to the next good one."""

    url: str
    seconds: float = 0
    _answered: float = 0
    _is_out: bool = False

    def look(self) -> None:
        good = self._is_good()
        now = time.monotonic()
        if good and self._is_out:
            self.seconds += now - self._answered
        if good:
            self._answered = now
        self._is_out = not good

    def is_over(self) -> bool:
        return not self._is_out

    def _is_good(self) -> bool:
        try:
            return httpx.get(self.url, timeout=PATIENCE_SECONDS).is_success
        except httpx.TransportError:
            return False


@contextmanager
def outage(url: str) -> Iterator[Outage]:
    """Ask until the block has ended and an answer has come."""
    seen = Outage(url)
    seen.look()
    with watching(seen.look, EVERY_SECONDS):
        yield seen
        until(seen.is_over, BACK_SECONDS, f"{url} does not answer any more")
