"""A run of tests as a page."""

from collections.abc import Sequence
from typing import Final

from ci.checks.outcome import Outcome, Status
from ci.checks.report import counts, verdict
from ci.page import Bar, Page, Row, Tone

TONES: Final = {
    Status.PASSED: Tone.GOOD,
    Status.REUSED: Tone.CALM,
    Status.FAILED: Tone.BAD,
    Status.UNTESTED: Tone.WARN,
}


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
        rows=tuple(map(_row, outcomes)),
    )


def _row(one: Outcome) -> Row:
    return Row(
        name=one.service,
        status=one.status,
        tone=TONES[one.status],
        cause=one.cause,
        seconds=one.seconds,
        cells=(*counts(one), f"{one.seconds:.1f}"),
        bars=(Bar(one.status, one.began, one.began + one.seconds, TONES[one.status]),) if one.began is not None else (),
    )
