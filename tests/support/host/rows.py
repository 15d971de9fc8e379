"""Rows of the fault matrix: which test is one, and the tables of how they ended and of the hosts on which they did."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field
from tabulate import tabulate

from tests.support.measured import commit, today

FAULTS: Final = ("fault", "how it ends", "passed", "seconds")
CONDITIONS: Final = ("condition", "Debian", "Docker", "Compose", "sh", "awk", "passed", "seconds")
INTRO: Final = """\
# What a deploy withstands

Each row is a fault that was made to happen, on purpose and for real, while a release was brought to a Docker host: a
second host with its own sshd and dockerd, images pulled from a registry with TLS and tokens. Every case asserts the
call's last line, and then by one and the same trial: all services run the new release or all the old one, each of them
well; every record can be read, the last says how its switch ended, and one names a healthy release; nobody holds the
lock; the password is in no file; the compose file and .env are the same bytes, with the same time and inode. All the
while the host's processes are searched for the password. The rows in which nobody is left to finish assert first that
`status` fails and says so, and that the next call ends it.
"""
WHERE: Final = """\
## On which hosts

One case of each kind of fault ran under each condition: a deploy and one with nothing to do, a release that ends at
once, a job that fails, two deploys at once, a client that is gone during the pull and during the switch, a script that
is killed, a dockerd that is killed, a registry that is down, a login that it refuses, files that were edited on the
host, a rollback while git has moved on. On a host as cfa2 their rarer variants ran too. The versions are what the host
itself said.
"""


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write the fault matrix and how it ended there")


def configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(fault, end): a row of the fault matrix, and how it ends")
    config.addinivalue_line("markers", "one_of_a_kind: the test of its kind of fault that runs under each condition")
    if (file := config.getoption("--reliability", default=None)) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Matrix(file))


def tell(items: list[pytest.Item]) -> None:
    """Let each test's report name its rows, also when a worker sends it."""
    for item in items:
        item.user_properties += [("row", tuple(mark.args)) for mark in item.iter_markers("row")]


@define
class Row:
    """One fault, or one condition, over its cases."""

    columns: tuple[str, ...]
    place: tuple[str, int]  # file and line of its first test
    cases: int = 0
    passed: int = 0
    seconds: float = 0

    def count(self, report: pytest.TestReport) -> None:
        self.seconds += report.duration
        if report.when == "call":
            self.cases += 1
            self.passed += report.passed

    def line(self) -> Sequence[str]:
        return *self.columns, f"{self.passed} of {self.cases}", f"{self.seconds:.0f}"


@define(eq=False)
class Matrix:
    """Collects how the rows end, and writes them into a file."""

    file: Path
    rows: dict[str, Row] = field(factory=dict)
    conditions: dict[str, Row] = field(factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        place = (report.location[0], report.location[1] or 0)
        properties: list[tuple[str, Any]] = report.user_properties
        for name, columns in properties:
            rows = {"row": self.rows, "condition": self.conditions}.get(name)
            if rows is not None:
                rows.setdefault(columns[0], Row(tuple(columns), place)).count(report)

    def pytest_sessionfinish(self) -> None:
        faults = sorted(self.rows.values(), key=lambda row: row.place)
        hosts = sorted(self.conditions.values(), key=lambda row: row.columns)
        origin = f"`make test-faults` wrote this file on {today()}, commit {commit()}.\n"
        parts = (INTRO, origin, table(FAULTS, faults), WHERE, table(CONDITIONS, hosts))
        self.file.write_text("\n".join(parts), encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Row]) -> str:
    return f"{tabulate([row.line() for row in rows], head, tablefmt='github', disable_numparse=True)}\n"
