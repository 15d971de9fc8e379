"""A plan in the words of switch.sh: the rows to switch, the record to write, what to keep and what to give back."""

from typing import Final

from ci.host.plan import Plan
from ci.host.release import Release, State, file_of

KEPT: Final = 5  # healthy releases whose images stay on the host
NONE: Final = "-"


def table(made: Plan) -> str:
    """The rows of the switch: wave, service, variable, image, image to go back to, health URL, version URL."""
    groups = list(dict.fromkeys(step.entry.service.group for step in made.changes))
    rows = (
        (
            str(groups.index(step.entry.service.group)),
            step.entry.name,
            step.entry.variable,
            step.new,
            step.back or NONE,
            step.entry.health_url or NONE,
            step.entry.version_url or NONE,
        )
        for step in made.changes
    )
    return "\n".join(" ".join(row) for row in sorted(rows, key=lambda row: row[0]))


def record(made: Plan, *, began: str, by: str, run: str) -> Release:
    """The record of the plan: every service that runs after it, with those that it does not touch."""
    wanted, healthy = made.wanted, made.facts.healthy
    return Release(
        number=made.facts.number,
        state=State.SWITCHING,
        commit=wanted.commit,
        locked=wanted.locked,
        order=wanted.order,
        began=began,
        by=by,
        run=run,
        images={**made.stack.still(healthy.images if healthy else {}), **wanted.images},
        changed=tuple(step.service for step in made.changes),
        definitions={
            **made.stack.still(healthy.definitions if healthy else {}),
            **{step.service: step.entry.definition for step in made.changes},
        },
        before={step.service: step.old for step in made.changes if step.old},
        causes={step.service: step.cause for step in made.changes},
    )


def stock(made: Plan, new: Release) -> str:
    """What the host keeps for this release, and what it gives back after it: lines of `keep`, `image` and `file`."""
    facts = made.facts
    healthy = [one for one in facts.releases if one.state is State.HEALTHY][-(KEPT - 1) :]
    oldest = min((one.number for one in healthy), default=new.number)
    gone = [one for one in facts.releases if one.number < oldest]
    named = {ref for one in facts.releases if one.number >= oldest for ref in one.images.values()}
    named |= {one.image for one in facts.containers} | set(new.images.values())
    lines = [f"keep {service} {ref}" for service, ref in new.images.items()]
    for one in gone:
        lines += [f"image {_kept(service, one)}" for service in one.images]
        lines += [f"image {ref}" for ref in sorted(set(one.images.values()) - named)]
        lines += [f"file {file_of(one.number)}", f"file run-{one.run}.log", f"file run-{one.run}.out"]
    return "\n".join(lines)


def _kept(service: str, one: Release) -> str:
    return f"ois-keep/{service}:r{one.number:06d}"
