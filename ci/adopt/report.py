"""What the checks found, for people and for machines."""

from collections.abc import Sequence
from typing import Any

from ci.adopt.checks import Checked
from ci.adopt.finding import Level
from ci.adopt.picture import Picture
from ci.errors import Failed
from ci.report import json_of, table


def answer(picture: Picture, checked: Sequence[Checked], *, as_json: bool) -> str:
    """The checklist; raise `Failed` with it when there is a fault. JSON tells faults and never raises."""
    if as_json:
        return json_of({"checks": [_record(result) for result in checked], "draft": picture.draft})
    draft = f"services.toml, to begin with:\n\n{picture.draft.strip()}" if picture.draft else ""
    rows = ((result.check.name, _counts(result), result.check.why) for result in checked)
    checklist = table(("check", "result", "passes when"), rows)
    text = "\n\n".join(filter(None, (checklist, _sentences(checked), draft, _verdict(checked))))
    if any(result.count(Level.FAULT) for result in checked):
        raise Failed(text)
    return text


def _counts(result: Checked) -> str:
    counts = ((result.count(level), level.value) for level in Level)
    return ", ".join(_many(count, noun) for count, noun in counts if count) or "passed"


def _sentences(checked: Sequence[Checked]) -> str:
    """One line a finding, the faults first."""
    findings = [finding for result in checked for finding in result.findings]
    in_order = (finding for level in Level for finding in findings if finding.level is level)
    return "\n".join(f"{each.place}: {each.level}: {each.what}; {each.mend}" for each in in_order)


def _verdict(checked: Sequence[Checked]) -> str:
    faults, warnings = (sum(result.count(level) for result in checked) for level in Level)
    passed = f"{sum(not result.findings for result in checked)} of {len(checked)} checks passed"
    end = "mend the faults first" if faults else "nothing is in the way"
    return f"{passed}, {_many(faults, 'fault')} and {_many(warnings, 'warning')}: {end}"


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
