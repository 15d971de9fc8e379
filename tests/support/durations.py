"""Where the time of a test run goes: by test, folder, fixture and call of the engine; printed at its end.

`--durations-file FILE` adds what was measured to a file and prints all that is in it, of the run's earlier parts too.
"""

import json
import os
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field
from tabulate import tabulate

SLOWEST: Final = 10
FIXTURE: Final = "fixture"
CLI: Final = "cli"
FUNCTION: Final = "function"
KINDS: Final = {FIXTURE: "fixtures", CLI: "calls of the CLI", FUNCTION: "functions in the test's process"}
_PROPERTY: Final = "durations"
_WORKER: Final = "PYTEST_XDIST_WORKER"

Record = tuple[str, str, float]  # kind, name, seconds
_records: list[Record] = []  # of this process, since the last report


@contextmanager
def timed(kind: str, name: str) -> Iterator[None]:
    """Measure a call of the engine."""
    began = time.monotonic()
    try:
        yield
    finally:
        _records.append((kind, name, time.monotonic() - began))


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--durations-file", type=Path, metavar="FILE", help="where the time of a run's parts is added up")


def configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Measuring())
    if _WORKER not in os.environ and (file := config.getoption("--durations-file")):
        config.pluginmanager.register(Durations(file))


class Measuring:
    """Measures fixtures, and hands over what was measured with each report: a worker has no other way."""

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        with timed(FIXTURE, fixturedef.argname):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        report.user_properties.append((_PROPERTY, tuple(_records)))
        _records.clear()
        return report


@define(eq=False)
class Durations:
    """Adds up what the reports hold."""

    file: Path
    began: float = field(factory=time.monotonic)
    tests: dict[str, float] = field(factory=dict)
    records: list[Record] = field(factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tests[report.nodeid] = self.tests.get(report.nodeid, 0) + report.duration
        for name, records in report.user_properties:
            if name == _PROPERTY:
                self.records += [(kind, called, seconds) for kind, called, seconds in records]  # type: ignore[attr-defined]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        parts = json.loads(self.file.read_text()) if self.file.exists() else []
        parts.append({"seconds": time.monotonic() - self.began, "tests": self.tests, "records": self.records})
        self.file.write_text(json.dumps(parts))
        terminalreporter.section("where the time went")
        terminalreporter.write_line(summary(parts))


def summary(parts: list[Mapping[str, Any]]) -> str:
    """The tables of a whole run."""
    tests: dict[str, float] = {name: seconds for part in parts for name, seconds in part["tests"].items()}
    records: list[Record] = [record for part in parts for record in part["records"]]
    slowest = sorted(tests.items(), key=lambda test: -test[1])[:SLOWEST]
    head = ("", "number", "seconds", "each")
    return "\n\n".join(
        (
            tabulate([(f"{seconds:.1f} s", name) for name, seconds in slowest], tablefmt="plain"),
            tabulate(rows(tests, records), head, tablefmt="plain", disable_numparse=True),
            f"{sum(part['seconds'] for part in parts):.0f} s of pytest in {len(parts)} parts",
        )
    )


def rows(tests: Mapping[str, float], records: list[Record]) -> Iterator[tuple[str, int, str, str]]:
    """Folders with their tests, then fixtures, then calls: how many, how long together and on average."""
    measured: dict[str, list[float]] = {}
    for test, seconds in tests.items():
        measured.setdefault(test.partition("::")[0].rpartition("/")[0], []).append(seconds)
    for kind, _, seconds in records:
        measured.setdefault(KINDS[kind], []).append(seconds)
    for name, each in measured.items():
        yield name, len(each), f"{sum(each):.0f}", f"{sum(each) / len(each):.2f}"
