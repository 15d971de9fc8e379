"""Contenders at the same works: what each took, and what the product's call is to each of the others."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from attrs import field, frozen

from ci.size import format_size
from tests.bench.section import outcome
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
    "to reach",
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


@frozen(kw_only=True)
class Target:
    """What the product's call, or its own part alone, shall at most be to a rival; in seconds, where `by` is us."""

    work: str
    engine: str
    by: str
    most: float
    own: bool = False


def cells(ran: Sequence[Ran], targets: Sequence[Target]) -> list[tuple[str, ...]]:
    """A row for each; the own part of a call is its time less that of an empty function on such an engine."""
    return [(*_cells(one), *_against(ran, one, targets), *_traffic(one.traffic)) for one in ran]


def _cells(one: Ran) -> tuple[str, ...]:
    spread = f"{min(one.seconds):.1f}-{max(one.seconds):.1f}" if len(one.seconds) > 1 else ""
    return f"{one.work}, {one.engine}", one.by, f"{one.median:.1f}", spread


def _against(ran: Sequence[Ran], one: Ran, targets: Sequence[Target]) -> tuple[str, str, str, str]:
    ours = next((other for other in ran if other.by == US and _together(other, one)), None)
    if ours is None or one.by == EMPTY:
        return "", "", "", ""
    own = ours.median - _floor(ran, ours.engine)
    if one is ours:
        return f"{own:.1f}", "", "", _told(targets, one, ours.median, own, " s")
    call, part = ours.median / one.median, own / one.median
    return "", f"{call:.2f}", f"{part:.2f}", _told(targets, one, call, part)


def _told(targets: Sequence[Target], one: Ran, call: float, part: float, unit: str = "") -> str:
    return ", ".join(
        outcome(
            f"{'own part' if target.own else 'call'} {target.most:.2f}{unit}",
            reached=(part if target.own else call) <= target.most,
        )
        for target in targets
        if target.by == one.by and _together(target, one)
    )


def _traffic(traffic: Traffic) -> tuple[str, ...]:
    return tuple(format_size(size) for size in (traffic.pushed, traffic.again, traffic.pulled, traffic.bases))


def _together(one: Ran | Target, other: Ran) -> bool:
    return (one.work, one.engine) == (other.work, other.engine)


def _floor(ran: Sequence[Ran], engine: str) -> float:
    return median(seconds for one in ran if (one.by, one.engine) == (EMPTY, engine) for seconds in one.seconds)
