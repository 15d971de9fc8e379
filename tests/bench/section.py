"""One section of the bench: what it shows to people and keeps for machines."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from attrs import field, frozen
from tabulate import tabulate

Row = Mapping[str, Any]


@frozen(kw_only=True)
class Section:
    """`rows` are the figures as they were measured; `cells` are the same for a table under `head`."""

    title: str
    head: Sequence[str]
    cells: Sequence[Sequence[str]]
    rows: Sequence[Row]
    bars: Mapping[str, float] = field(factory=dict)  # what is drawn, by its name
    unit: str = "seconds"  # of the bars
    said: str = ""  # what the table does not say

    def __str__(self) -> str:
        return tabulate(self.cells, self.head, tablefmt="github", disable_numparse=True)


def outcome(goal: str, *, reached: bool) -> str:
    """What was to reach and whether it was, for a cell of a table."""
    return f"{goal}: {'reached' if reached else 'missed'}"


def seconds_told(seconds: Sequence[float], digits: int = 1) -> tuple[str, str]:
    """The median and the spread of some runs, for two cells of a table."""
    return f"{median(seconds):.{digits}f} s", f"{min(seconds):.{digits}f}-{max(seconds):.{digits}f} s"
