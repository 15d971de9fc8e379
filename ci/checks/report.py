"""Tables for people and JSON for machines, of a run of tests."""

from collections.abc import Sequence

from ci.checks.outcome import Outcome, Status
from ci.errors import Failed
from ci.report import json_of, short, table


def tests_answer(outcomes: Sequence[Outcome], *, as_json: bool) -> str:
    """What came of each service's tests; raise `Failed` with the table when one is red."""
    head = ("service", "status", "tests", "failed", "skipped", "covered", "seconds", "cause")
    text = f"{table(head, map(_row, outcomes))}\n\n{verdict(outcomes)}"
    if any(one.status is Status.FAILED for one in outcomes):
        raise Failed(text)
    return json_of(outcomes) if as_json else text


def verdict(outcomes: Sequence[Outcome]) -> str:
    """One line that says how a run ended; GitLab reads the coverage from it."""
    failed = [one for one in outcomes if one.status is Status.FAILED]
    if failed:
        return f"{len(failed)} of {len(outcomes)} failed: {'; '.join(f'{one.service}: {one.cause}' for one in failed)}"
    tests = sum(one.tally.tests for one in outcomes)
    how_many = {status: sum(one.status is status for one in outcomes) for status in Status}
    said = ", ".join(f"{count} {status}" for status, count in how_many.items() if count)
    if not tests:
        return f"nothing was tested: {said}; services.toml does not say how"
    lines = sum(one.tally.lines for one in outcomes)
    total = f"; covered {_percent(sum(one.tally.covered for one in outcomes), lines)}" if lines else ""
    return f"all well: {tests} tests of {len(outcomes)} services, {said}{total}"


def progress(ended: int, total: int, outcome: Outcome) -> str:
    """The line that a service writes when its tests end."""
    said = f": {outcome.cause}" if outcome.cause else ""
    return f"[{ended}/{total}] {outcome.service} {outcome.status} {outcome.seconds:.1f} s{said}"


def counts(one: Outcome) -> tuple[str, str, str, str]:
    """Tests, failed, skipped and covered, as columns."""
    tally = one.tally
    covered = _percent(tally.covered, tally.lines) if tally.lines else "-"
    if not tally.tests:
        return "-", "-", "-", covered
    return str(tally.tests), str(tally.failed), str(tally.skipped), covered


def _percent(covered: int, lines: int) -> str:
    """A share of lines, rounded down: what is not all covered is never 100%."""
    return f"{1000 * covered // lines / 10}%"


def _row(one: Outcome) -> tuple[str, ...]:
    return one.service, one.status, *counts(one), f"{one.seconds:.1f}", short(one.cause)
