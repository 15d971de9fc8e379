"""Calls in turn: what one of them costs over another, in the same minutes of the same machine."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from attrs import field, frozen

from tests.bench.section import seconds_told

Timed = Callable[[], object]


@frozen
class Timing:
    """Wall seconds of one call, over its runs."""

    name: str
    seconds: tuple[float, ...]
    median: float = field(init=False)

    @median.default
    def _median(self) -> float:
        return median(self.seconds)

    def row(self, base: "Timing") -> tuple[str, ...]:
        """The name, median, spread, and what it costs over `base`."""
        over = f"{self.median - base.median:+.1f} s, {self.median / base.median:.2f} times"
        return self.name, *seconds_told(self.seconds), "" if self is base else over


def in_turn(calls: Sequence[tuple[str, Timed]], rounds: int) -> tuple[Timing, ...]:
    """Run the calls one after the other, `rounds` times, after one round that warms them."""
    seconds: dict[str, list[float]] = {name: [] for name, _ in calls}
    for number in range(rounds + 1):
        for name, call in calls:
            spent = seconds_of(call)
            if number:
                seconds[name].append(spent)
    return tuple(Timing(name, tuple(each)) for name, each in seconds.items())


def seconds_of(call: Timed) -> float:
    """Wall seconds of a call."""
    started = time.monotonic()
    call()
    return time.monotonic() - started
