"""A run of tests as a table for people, as JSON for machines and as a page."""

from collections.abc import Sequence
from typing import Final

from ci.checks.outcome import Outcome, Status
from ci.errors import Failed
from ci.page.page import Page, Row, Tone, bars_of
from ci.report import json_of, short, table

TONES: Final = {
    Status.PASSED: Tone.GOOD,
    Status.REUSED: Tone.CALM,
    Status.FAILED: Tone.BAD,
    Status.UNTESTED: Tone.WARN,
}


def tests_answer(outcomes: Sequence[Outcome], *, as_json: bool) -> str:
    """What came of each service's tests; raise `Failed` with the table when one is red."""
    head = ("service", "status", "tests", "failed", "skipped", "covered", "seconds", "cause")
    rows = ((one.service, one.status, *counts(one), f"{one.seconds:.1f}", short(one.cause)) for one in outcomes)
    text = f"{table(head, rows)}\n\n{verdict(outcomes)}"
    if any(one.status is Status.FAILED for one in outcomes):
        raise Failed(text)
    return json_of(outcomes) if as_json else text


def page_of(outcomes: Sequence[Outcome], commit: str) -> Page:
    """The page of the outcomes, in their order."""
    red = [one.service for one in outcomes if one.status is Status.FAILED]
    return Page(
        suite="tests",
        title=f"Tests of {commit}" if commit else "Tests",
        tone=Tone.BAD if red else Tone.GOOD,
        verdict=f"{len(red)} of {len(outcomes)} failed: {', '.join(red)}" if red else verdict(outcomes),
        faults=tuple(f"{one.service}: {fault}" for one in outcomes for fault in one.tally.faults),
        heads=("tests", "failed", "skipped", "covered", "seconds"),
        rows=tuple(
            Row(
                name=one.service,
                status=one.status,
                tone=TONES[one.status],
                cause=one.cause,
                seconds=one.seconds,
                cells=(*counts(one), f"{one.seconds:.1f}"),
                bars=bars_of(one.status, one.began, one.seconds, TONES[one.status]),
            )
            for one in outcomes
        ),
    )


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


def progress(outcome: Outcome) -> str:
    """The line that a service writes when its tests end."""
    said = f": {outcome.cause}" if outcome.cause else ""
    return f"{outcome.service} {outcome.status} {outcome.seconds:.1f} s{said}"


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
