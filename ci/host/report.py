"""What a host's calls answer: tables for people, JSON for machines, from the same records."""

from collections.abc import Sequence
from typing import Any

from ci.errors import DeployFailed, Failed
from ci.host.deploy import Deployed, Status
from ci.host.plan import Action, Plan, Step
from ci.host.release import Release, State
from ci.report import json_of, table

SHORT = 19  # characters of a digest: `sha256:` and twelve more


def plan_answer(made: Plan, *, as_json: bool) -> str:
    """The actions with their causes, and everything that forbids them; never raises for a refusal."""
    if as_json:
        return json_of(
            {
                "number": made.facts.number,
                "steps": [_record(step) for step in made.steps],
                "refusals": made.refusals,
                "notes": made.notes,
            }
        )
    rows = table(("service", "action", "cause", "old", "new"), (_row(step) for step in made.steps))
    return _paragraphs(rows, made.notes, _plan_verdict(made))


def deployed_answer(done: Deployed, *, as_json: bool) -> str:
    """What was done; raise `DeployFailed` with the table when the release is not what runs now."""
    silent = done.ended.silent if done.ended else {}
    head = ("service", "action", "cause", "old", "new", "silent")
    rows = ((*_row(step), f"{silent.get(step.entry.name, 0):.1f}" if step.changes else "") for step in done.plan.steps)
    text = _paragraphs(table(head, rows), done.plan.notes, verdict(done))
    if done.ended and done.ended.state is not State.HEALTHY:
        raise DeployFailed(f"{done.ended.said}\n{text}".strip())
    if as_json:
        steps = [{**_record(step), "silent": silent.get(step.entry.name, 0)} for step in done.plan.steps]
        return json_of({"number": done.plan.facts.number, "state": "healthy", "steps": steps})
    return text


def verdict(done: Deployed) -> str:
    """The last line: how a deploy or a rollback ended."""
    host, commit, number = done.plan.wanted.host, done.plan.wanted.commit, done.plan.facts.number
    if done.ended is None:
        return f"nothing to do: {host} runs {commit}"
    match done.ended.state:
        case State.HEALTHY:
            kept = sum(step.action is Action.KEEP for step in done.plan.steps)
            return f"deployed {commit} to {host} as release {number}: {len(done.plan.changes)} changed, {kept} kept"
        case State.ROLLED_BACK:
            back = f"release {done.before.number} ({done.before.commit})" if done.before else "what ran before"
            return f"rolled back to {back}: {done.ended.reason}"
        case _:
            return f"ROLLBACK FAILED on {host}: {done.ended.reason}; `status` says what runs"


def status_answer(seen: Status, *, as_json: bool) -> str:
    """What runs; raise `Failed` when it is not what was released, is not well, or drifted."""
    last = seen.facts.healthy
    said = f"release {last.number} ({last.commit}) of {last.began}" if last else "nothing was released yet"
    containers = (
        (one.service, one.state, one.health, one.restarts, _brief(one.image), one.started[:19])
        for one in seen.facts.containers
    )
    running = table(("service", "state", "health", "restarts", "image", "since"), containers)
    stand_ins = [f"built on stand-in images: {', '.join(last.stand_ins)}"] if last and last.stand_ins else []
    text = "\n".join((running, "", f"{seen.host}: {said}", *stand_ins, *seen.facts.taken_back))
    if seen.faults or seen.drift:
        drift = ("", "The host's files are not git's:", *seen.drift) if seen.drift else ()
        raise Failed("\n".join((text, *seen.faults, *drift)))
    return json_of({"host": seen.host, "release": last, "containers": seen.facts.containers}) if as_json else text


def releases_answer(releases: Sequence[Release], *, as_json: bool) -> str:
    """The history that the host keeps, newest first."""
    newest = tuple(reversed(releases))
    if as_json:
        return json_of(newest)
    head = ("release", "state", "commit", "smoke", "began", "by", "changed")
    rows = (
        (one.number, one.state, one.commit, one.smoke or "not run", one.began, one.by, ", ".join(one.changed))
        for one in newest
    )
    return table(head, rows)


def _plan_verdict(made: Plan) -> str:
    if made.refusals:
        return "\n".join((*made.refusals, f"would be refused: {made.wanted.host} stays as it is"))
    if not made.changes:
        return f"nothing to do: {made.wanted.host} runs {made.wanted.commit}"
    return f"would change {len(made.changes)} of {len(made.steps)} services of {made.wanted.host}"


def _paragraphs(rows: str, notes: Sequence[str], last: str) -> str:
    return "\n\n".join(filter(None, (rows, "\n".join(notes), last)))


def _row(step: Step) -> tuple[str, ...]:
    return step.service, step.action, step.cause, _brief(step.old), _brief(step.new)


def _record(step: Step) -> dict[str, Any]:
    return {"service": step.service, "action": step.action, "cause": step.cause, "old": step.old, "new": step.new}


def _brief(reference: str) -> str:
    name, _, digest = reference.partition("@")
    return digest[:SHORT] or name.rpartition("/")[2] or "-"
