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
    rows = (
        (outcome.service, outcome.status, *counts(outcome), f"{outcome.seconds:.1f}", short(outcome.cause))
        for outcome in outcomes
    )
    text = f"{table(head, rows)}\n\n{verdict(outcomes)}"
    if any(outcome.status is Status.FAILED for outcome in outcomes):
        raise Failed(text)
    return json_of(outcomes) if as_json else text


def page_of(outcomes: Sequence[Outcome], commit: str) -> Page:
    """The page of the outcomes, in their order."""
    red = [outcome.service for outcome in outcomes if outcome.status is Status.FAILED]
    return Page(
        suite="tests",
        title=f"Tests of {commit}" if commit else "Tests",
        tone=Tone.BAD if red else Tone.GOOD,
        verdict=f"{len(red)} of {len(outcomes)} failed: {', '.join(red)}" if red else verdict(outcomes),
        faults=tuple(f"{outcome.service}: {fault}" for outcome in outcomes for fault in outcome.tally.faults),
        heads=("tests", "failed", "skipped", "covered", "seconds"),
        rows=tuple(
            Row(
                name=outcome.service,
                status=outcome.status,
                tone=TONES[outcome.status],
                cause=outcome.cause,
                seconds=outcome.seconds,
                cells=(*counts(outcome), f"{outcome.seconds:.1f}"),
                bars=bars_of(outcome.status, outcome.began, outcome.seconds, TONES[outcome.status]),
            )
            for outcome in outcomes
        ),
    )


def verdict(outcomes: Sequence[Outcome]) -> str:
    """One line that says how a run ended; GitLab reads the coverage from it."""
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        causes = "; ".join(f"{outcome.service}: {outcome.cause}" for outcome in failed)
        return f"{len(failed)} of {len(outcomes)} failed: {causes}"
    tests = sum(outcome.tally.tests for outcome in outcomes)
    how_many = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    said = ", ".join(f"{count} {status}" for status, count in how_many.items() if count)
    if not tests:
        return f"nothing was tested: {said}; services.toml does not say how"
    lines = sum(outcome.tally.lines for outcome in outcomes)
    total = f"; covered {_percent(sum(outcome.tally.covered for outcome in outcomes), lines)}" if lines else ""
    return f"all well: {tests} tests of {len(outcomes)} services, {said}{total}"


def progress(outcome: Outcome) -> str:
    """The line that a service writes when its tests end."""
    said = f": {outcome.cause}" if outcome.cause else ""
    return f"{outcome.service} {outcome.status} {outcome.seconds:.1f} s{said}"


def counts(outcome: Outcome) -> tuple[str, str, str, str]:
    """Tests, failed, skipped and covered, as columns."""
    tally = outcome.tally
    covered = _percent(tally.covered, tally.lines) if tally.lines else "-"
    if not tally.tests:
        return "-", "-", "-", covered
    return str(tally.tests), str(tally.failed), str(tally.skipped), covered


def _percent(covered: int, lines: int) -> str:
    """A share of lines, rounded down: what is not all covered is never 100%."""
    return f"{1000 * covered // lines / 10}%"
