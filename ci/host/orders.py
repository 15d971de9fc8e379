"""A plan in the words of switch.sh: the rows to switch, the record to write, what to keep and what to give back."""

from itertools import groupby
from typing import Final

from ci.compose.variables import env_file, image_variable
from ci.host.plan import Plan, Step
from ci.host.release import Release, State, folder_of

KEPT: Final = 5  # healthy releases whose images stay on the host
NONE: Final = "-"


def table(made: Plan) -> str:
    """The rows of the switch: wave, service, its kind, image, image to go back to, health URL, version URL.

    Groups follow one another, and in each its jobs, such as a migration, end before its services begin.
    """
    groups = list(dict.fromkeys(step.entry.group for step in made.changes))

    def wave_of(step: Step) -> tuple[int, bool]:
        return groups.index(step.entry.group), not step.entry.is_job

    rows = (
        (
            str(number),
            step.entry.name,
            "job" if step.entry.is_job else "service",
            step.new,
            step.back or NONE,
            step.entry.health_url or NONE,
            step.entry.version_url or NONE,
        )
        for number, (_, steps) in enumerate(groupby(sorted(made.changes, key=wave_of), wave_of))
        for step in steps
    )
    return "\n".join(map(" ".join, rows))


def images(new: Release) -> str:
    """The image variables that Compose gets from now on."""
    return env_file({image_variable(service): ref for service, ref in new.images.items()})


def images_before(made: Plan) -> str:
    """The image variables that a way back gives to Compose."""
    return env_file({image_variable(step.entry.service): step.back for step in made.steps if step.back})


def record(made: Plan, *, began: str, by: str, run: str) -> Release:
    """The record of the plan: every service that runs after it, with those that it does not touch."""
    wanted, healthy = made.wanted, made.facts.healthy
    known = {step.entry.service for step in made.steps}
    still = {name: ref for name, ref in healthy.images.items() if name in known} if healthy else {}
    return Release(
        number=made.facts.number,
        state=State.SWITCHING,
        commit=wanted.commit,
        locked=wanted.locked,
        order=wanted.order,
        began=began,
        by=by,
        run=run,
        images={**still, **wanted.images},
        changed=tuple(step.service for step in made.changes),
        services=tuple(step.entry for step in made.steps),
        project=made.project,
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
        folder = folder_of(one.number)
        lines += [f"image ois-keep/{service}:r{folder}" for service in one.images]
        lines += [f"image {ref}" for ref in sorted(set(one.images.values()) - named)]
        lines += [f"file {name}" for name in (folder, f"{folder}.json", f"run-{one.run}.log", f"run-{one.run}.out")]
    return "\n".join(lines)
