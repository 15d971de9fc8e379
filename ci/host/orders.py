"""A plan in the words of switch.sh: the rows to switch, the record to write, what to keep and what to give back."""

from itertools import groupby
from typing import Final

from ci.compose.variables import env_file, image_variable
from ci.host.plan import Plan, Step
from ci.host.release import Release, State, folder_of
from ci.host.stack import HostedService

KEPT: Final = 5  # healthy releases whose images stay on the host
NONE: Final = "-"


def table(made: Plan) -> str:
    """The rows of the switch: wave, service, its kind, image, health URL, version URL, and these three to go back to.

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
            *(step.new, step.entry.health_url or NONE, step.entry.version_url or NONE),
            *(step.back or NONE, _before(made, step).health_url or NONE, _before(made, step).version_url or NONE),
        )
        for number, (_, steps) in enumerate(groupby(sorted(made.changes, key=wave_of), wave_of))
        for step in steps
    )
    return "\n".join(map(" ".join, rows))


def _before(made: Plan, step: Step) -> HostedService:
    """The service as the release that runs has it: a path may have moved with the commit."""
    services = made.facts.healthy.services if made.facts.healthy else ()
    return next((entry for entry in services if entry.name == step.entry.name), step.entry)


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
        red_before=wanted.red_before,
        stand_ins=wanted.stand_ins,
    )


def learned(made: Plan) -> str:
    """The text of state.json once a rollback is healthy: what it left is withdrawn; nothing for a deploy."""
    facts, earlier = made.facts, made.wanted.earlier
    if earlier is None:
        return ""
    left = (release.number for release in facts.releases if release.number > earlier)
    return facts.learned.with_withdrawn(left).to_json()


def stock(made: Plan, new: Release) -> str:
    """What the host keeps for this release, and what it gives back after it: lines of `keep`, `image` and `file`."""
    facts = made.facts
    healthy = [one for one in facts.releases if one.state is State.HEALTHY][-(KEPT - 1) :]
    oldest = min((one.number for one in healthy), default=new.number)
    gone = [one for one in facts.releases if one.number < oldest]
    named = {ref for one in facts.releases if one.number >= oldest for ref in one.images.values()}
    named |= {one.image for one in facts.containers} | set(new.images.values())
    lines = [f"keep {_kept(service, new)} {ref}" for service, ref in new.images.items()]
    if last := facts.healthy:
        # A deploy has pulled what it may go back to; a rollback takes what is there.
        back = {step.entry.service: step.back for step in made.changes if "@" in step.back}
        kept = (ref for ref in back.items() if made.wanted.earlier is None or ref[1] in facts.present)
        lines += [f"keep {_kept(service, last)} {ref}" for service, ref in kept]
    for one in gone:
        folder = folder_of(one.number)
        lines += [f"image {_kept(service, one)}" for service in one.images]
        lines += [f"image {ref}" for ref in sorted(set(one.images.values()) - named)]
        lines += [f"file {name}" for name in (folder, f"{folder}.json", f"run-{one.run}.log", f"run-{one.run}.out")]
    return "\n".join(lines)


def _kept(service: str, release: Release) -> str:
    """The tag that keeps an image on the host: of this project alone, where the release names one."""
    project = f"{release.project}." if release.project else ""
    return f"ois-keep/{service}:{project}r{folder_of(release.number)}"
