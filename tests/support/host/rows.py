"""Rows of the fault matrix: which test is one, and the table of how they ended."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field
from tabulate import tabulate

HEAD: Final = ("fault", "how it ends", "passed", "seconds")
INTRO: Final = """\
# What a deploy withstands

Each row is a fault that was made to happen, on purpose and for real, while a release was brought to a Docker host: a
second host with its own sshd and dockerd, images pulled from a registry with TLS and tokens. Every case asserts the
call's last line, and then by one and the same trial: all services run the new release or all the old one, each of them
well; every record can be read, the last says how its switch ended, and one names a healthy release; nobody holds the
lock; the password is in no file; the compose file and .env are the same bytes, with the same time and inode. All the
while the host's processes are searched for the password. The rows in which nobody is left to finish assert first that
`status` fails and says so, and that the next call ends it. `make test-faults` wrote this file.
"""


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write the fault matrix and how it ended there")


def configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(fault, end): a row of the fault matrix, and how it ends")
    if (file := config.getoption("--reliability", default=None)) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Matrix(file))


def tell(items: list[pytest.Item]) -> None:
    """Let each test's report name its rows, also when a worker sends it."""
    for item in items:
        item.user_properties += [("row", tuple(mark.args)) for mark in item.iter_markers("row")]


@define
class Row:
    """One fault, over its cases."""

    end: str
    place: tuple[str, int]  # file and line of its test
    cases: int = 0
    passed: int = 0
    seconds: float = 0


@define(eq=False)
class Matrix:
    """Collects how the rows end, and writes them into a file."""

    file: Path
    rows: dict[str, Row] = field(factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told: list[Any] = [one for name, one in report.user_properties if name == "row"]
        for fault, end in told:
            row = self.rows.setdefault(fault, Row(end, (report.location[0], report.location[1] or 0)))
            row.seconds += report.duration
            if report.when == "call":
                row.cases += 1
                row.passed += report.passed

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(f"{INTRO}\n{self._table()}\n", encoding="utf-8")

    def _table(self) -> str:
        return tabulate([*self._lines()], HEAD, tablefmt="github", disable_numparse=True)

    def _lines(self) -> Iterator[Sequence[str]]:
        for fault, row in sorted(self.rows.items(), key=lambda one: one[1].place):
            yield fault, row.end, f"{row.passed} of {row.cases}", f"{row.seconds:.0f}"
