"""What came of one service's tests."""

from enum import StrEnum

from attrs import frozen


class Status(StrEnum):
    """How a service's tests ended."""

    PASSED = "passed"
    REUSED = "reused"  # the same inputs passed in an earlier run
    FAILED = "failed"
    UNTESTED = "untested"  # the catalogue names no command


@frozen(kw_only=True)
class Tally:
    """What the files say that the tests left behind."""

    tests: int = 0
    failed: int = 0
    skipped: int = 0
    lines: int = 0  # that coverage was measured for
    covered: int = 0
    faults: tuple[str, ...] = ()  # a line for each failed test


@frozen(kw_only=True)
class Outcome:
    """One service of a run of tests."""

    service: str
    status: Status
    cause: str = ""  # why it was not run, or the line that says what failed
    inputs: str = ""  # the key of what the tests were made from
    commit: str = ""  # of the run that passed
    job: str = ""  # that ran it, where a job did
    seconds: float = 0
    tally: Tally = Tally()
    began: float | None = None  # seconds after the run's begin
    memory: int | None = None  # bytes of the budget that it held
