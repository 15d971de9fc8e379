"""Rows of the fault matrix: which test is one, which cases wait for `--every`, and the table of how they ended."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from attrs import define, field
from tabulate import tabulate

HEAD: Final = ("fault", "how it ends", "passed", "seconds")
_Reports = Generator[None, pytest.TestReport, pytest.TestReport]
INTRO: Final = """\
# What a deploy withstands

Each row is a fault that was made to happen, on purpose and for real, while a release was brought to a Docker host: a
second host with its own sshd and dockerd, images pulled from a registry with TLS and tokens. After every case the same
is asserted: the call's last line says what is; every service is all new or all old, and well; the last record can be
read and names a healthy release; nobody holds the lock; the password is in no file, argument or environment of the
host; and the compose file and .env are the same bytes, with the same time and inode. The rows in which nobody is left
to finish assert that `status` fails and says so, and that the next call ends it. `make test-faults` wrote this file.
"""


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--every", action="store_true", help="the cases of the fault matrix that are marked `every` too")
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write the fault matrix and how it ended there")


def configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every: a case of the fault matrix that is run with --every alone")
    config.addinivalue_line("markers", "row(fault, end): a row of the fault matrix, and how it ends")
    if file := config.getoption("--reliability", default=None):
        config.pluginmanager.register(Matrix(file))


def without_every(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the cases that were not asked for."""
    if config.getoption("--every", default=False):
        return
    waiting = [item for item in items if item.get_closest_marker("every")]
    config.hook.pytest_deselected(items=waiting)
    items[:] = [item for item in items if item not in waiting]


@define
class Row:
    """One fault, over its cases."""

    end: str
    cases: int = 0
    passed: int = 0
    seconds: float = 0


@define(eq=False)
class Matrix:
    """Collects how the rows end, and writes them into a file."""

    file: Path
    rows: dict[str, Row] = field(factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> _Reports:
        report = yield
        for fault, end in _marked(item):
            row = self.rows.setdefault(fault, Row(end))
            row.seconds += report.duration
            if report.when == "call":
                row.cases += 1
                row.passed += report.passed
        return report

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(f"{INTRO}\n{self._table()}\n", encoding="utf-8")

    def _table(self) -> str:
        return tabulate([*self._lines()], HEAD, tablefmt="github", disable_numparse=True)

    def _lines(self) -> Iterator[Sequence[str]]:
        for fault, row in self.rows.items():
            yield fault, row.end, f"{row.passed} of {row.cases}", f"{row.seconds:.0f}"


def _marked(item: pytest.Item) -> Iterable[tuple[str, str]]:
    for mark in item.iter_markers("row"):
        fault, end = mark.args
        yield fault, end
