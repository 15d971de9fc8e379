"""What the checks found, for people and for machines."""

from collections.abc import Sequence
from typing import Any

from ci.adopt.checks import Checked
from ci.adopt.finding import Finding, Level
from ci.adopt.picture import Picture
from ci.errors import Failed
from ci.report import json_of, table


def answer(picture: Picture, checked: Sequence[Checked], *, as_json: bool) -> str:
    """The checklist; raise `Failed` with it when there is a fault. JSON tells faults and never raises."""
    if as_json:
        return json_of({"checks": [_record(one) for one in checked], "draft": picture.draft})
    parts = (_table(checked), _sentences(checked), _draft(picture), verdict(checked))
    text = "\n\n".join(filter(None, parts))
    if _count(checked, Level.FAULT):
        raise Failed(text)
    return text


def verdict(checked: Sequence[Checked]) -> str:
    """The last line."""
    faults, warnings = _count(checked, Level.FAULT), _count(checked, Level.WARNING)
    passed = f"{sum(not one.findings for one in checked)} of {len(checked)} checks passed"
    found = f"{_many(faults, 'fault')} and {_many(warnings, 'warning')}"
    return f"{passed}, {found}: " + ("mend the faults first" if faults else "nothing is in the way")


def _table(checked: Sequence[Checked]) -> str:
    return table(("check", "result", "passes when"), ((one.check.name, _result(one), one.check.why) for one in checked))


def _result(one: Checked) -> str:
    counts = ((one.count(level), level.value) for level in Level)
    return ", ".join(_many(count, noun) for count, noun in counts if count) or "passed"


def _sentences(checked: Sequence[Checked]) -> str:
    """One line a finding, the faults first."""
    found = [(one, finding) for one in checked for finding in one.findings]
    return "\n".join(_line(*pair) for level in Level for pair in found if pair[1].level is level)


def _line(one: Checked, finding: Finding) -> str:
    return f"{finding.place}: {finding.level}: {finding.what}; {one.mend(finding)}"


def _draft(picture: Picture) -> str:
    return f"services.toml, to begin with:\n\n{picture.draft.strip()}" if picture.draft else ""


def _record(one: Checked) -> dict[str, Any]:
    findings = [
        {
            "level": finding.level,
            "file": finding.place.rpartition(":")[0],
            "line": int(finding.place.rpartition(":")[2]),
            "what": finding.what,
            "mend": one.mend(finding),
        }
        for finding in one.findings
    ]
    return {"check": one.check.name, "passed": not findings, "passes_when": one.check.why, "findings": findings}


def _count(checked: Sequence[Checked], level: Level) -> int:
    return sum(one.count(level) for one in checked)


def _many(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
