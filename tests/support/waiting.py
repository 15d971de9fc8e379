"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import Final

PAUSES: Final = (0.05, 0.5)  # seconds: the first, and the longest; asking costs a process where Docker is asked


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return when `condition` holds; fail with `what` was waited for when it does not in time."""
    deadline, (pause, longest) = time.monotonic() + seconds, PAUSES
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {what}"
        time.sleep(pause)
        pause = min(1.5 * pause, longest)
