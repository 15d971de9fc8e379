"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.1


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return when `condition` holds; fail with `what` was waited for when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {what}"
        time.sleep(PAUSE_SECONDS)
