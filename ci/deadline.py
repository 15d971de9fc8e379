"""The end of waiting: what hangs ends by itself, so that the others of a run keep what they did."""

from collections.abc import Awaitable
from typing import TypeVar

import anyio

from ci.errors import BuildFailed

T = TypeVar("T")


async def within(seconds: float, step: Awaitable[T]) -> T:
    """What a step answers; raise `BuildFailed` when it does not in time. The engine ends it then too."""
    try:
        with anyio.fail_after(seconds):
            return await step
    except TimeoutError:
        raise BuildFailed(f"{too_long(seconds)}: its output is above, all of it with --progress=plain") from None


def too_long(seconds: float) -> str:
    """The words for what passed its deadline."""
    return f"did not end within {seconds:.0f} s (`deadline` in services.toml)"
