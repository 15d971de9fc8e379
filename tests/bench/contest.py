"""Contenders at the same works: what each took, and what the product's call is to each of the others."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from attrs import field, frozen

from ci.size import format_size
from tests.bench.traffic import Traffic

US: Final = "publish-all"
EMPTY: Final = "empty function"
COLD, WARM = "cold", "warm"
HEAD: Final = (
    "work",
    "by",
    "seconds",
    "spread",
    "own part",
    "publish-all to it",
    "own part to it",
    "pushed",
    "of it base layers",
    "pulled",
    "base images",
)


@frozen(kw_only=True)
class Ran:
    """One contender at one work, on an engine or daemon that is cold or warm; `traffic` is that of the last round."""

    work: str
    engine: str
    by: str
    seconds: tuple[float, ...]
    traffic: Traffic
    median: float = field(init=False)

    @median.default
    def _median(self) -> float:
        return median(self.seconds)


def cells(ran: Sequence[Ran]) -> list[tuple[str, ...]]:
    """A row for each; the own part of a call is its time less that of an empty function on such an engine."""
    return [_row(ran, one) for one in ran]


def _row(ran: Sequence[Ran], one: Ran) -> tuple[str, ...]:
    ours = next((other for other in ran if other.by == US and _together(other, one)), None)
    own = ours.median - _floor(ran, ours.engine) if ours else None
    against = one.by not in (US, EMPTY)
    traffic = one.traffic
    return (
        f"{one.work}, {one.engine}",
        one.by,
        f"{one.median:.1f}",
        f"{min(one.seconds):.1f}-{max(one.seconds):.1f}" if len(one.seconds) > 1 else "",
        f"{own:.1f}" if own is not None and one is ours else "",
        f"{ours.median / one.median:.2f}" if ours and against else "",
        f"{own / one.median:.2f}" if own is not None and against else "",
        *(format_size(size) for size in (traffic.pushed, traffic.again, traffic.pulled, traffic.bases)),
    )


def _together(one: Ran, other: Ran) -> bool:
    return (one.work, one.engine) == (other.work, other.engine)


def _floor(ran: Sequence[Ran], engine: str) -> float:
    return median(seconds for one in ran if (one.by, one.engine) == (EMPTY, engine) for seconds in one.seconds)
