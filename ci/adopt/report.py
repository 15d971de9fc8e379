"""What the checks found, for people and for machines."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ci.adopt.checks import Checked
from ci.adopt.finding import Finding, Level
from ci.adopt.picture import Picture
from ci.errors import Failed
from ci.report import json_of


def answer(picture: Picture, checked: Sequence[Checked], *, as_json: bool) -> str:
    """The findings by check, what stops a build first; raise `Failed` with them when there is a fault.

    JSON has the faults and never raises.
    """
    if as_json:
        return json_of({"checks": [_record(result) for result in checked], "draft": picture.draft})
    text = "\n\n".join((_verdict(checked), *_groups(checked), _passed(checked)))
    if any(result.count(Level.FAULT) for result in checked):
        raise Failed(text)
    return text


def _groups(checked: Sequence[Checked]) -> Iterator[str]:
    """A paragraph for each check that found something: the faults of all checks, then the warnings."""
    for level in Level:
        for result in checked:
            findings = [finding for finding in result.findings if finding.level is level]
            if findings:
                head = f"{_many(len(findings), level.value)}, {result.check.name}: {result.check.why}"
                yield "\n".join((head, *_lines(findings)))


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for each finding, one for all that are equal but for their place, and what fixes those above it."""
    equal = dict[tuple[str, str], list[str]]()
    for finding in findings:
        equal.setdefault((finding.mend, finding.what), []).append(finding.place)
    for mend, wholes in groupby(equal.items(), key=lambda item: item[0][0]):
        for (_, what), (place, *others) in wholes:
            yield f"  {place}: {what}" if not others else f"  {what} ({len(others) + 1}): {', '.join((place, *others))}"
        if mend:
            yield f"    {mend}"


def _verdict(checked: Sequence[Checked]) -> str:
    faults, warnings = (sum(result.count(level) for result in checked) for level in Level)
    passed = f"{sum(not result.findings for result in checked)} of {len(checked)} checks passed"
    end = "fix the faults first, from the top" if faults else "nothing is in the way"
    return f"{_many(faults, 'fault')} and {_many(warnings, 'warning')}, {passed}: {end}"


def _passed(checked: Sequence[Checked]) -> str:
    return f"passed: {', '.join(result.check.name for result in checked if not result.findings) or 'none'}"


def _record(result: Checked) -> dict[str, Any]:
    check, findings = result.check, list[dict[str, Any]]()
    for finding in result.findings:
        file, _, line = finding.place.rpartition(":")
        findings.append(
            {"level": finding.level, "file": file, "line": int(line), "what": finding.what, "mend": finding.mend}
        )
    return {"check": check.name, "passed": not findings, "passes_when": check.why, "findings": findings}


def _many(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
