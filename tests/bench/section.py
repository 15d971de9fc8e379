"""One section of the bench: what it printed for people and for machines."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from tabulate import tabulate

Row = Mapping[str, Any]


@frozen
class Section:
    """`rows` are the figures as they were measured; `cells` are the same for a table under `head`."""

    head: Sequence[str]
    cells: Sequence[Sequence[str]]
    rows: Sequence[Row]

    def __str__(self) -> str:
        return tabulate(self.cells, self.head, tablefmt="github", disable_numparse=True)
