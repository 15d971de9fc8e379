"""What a release would change on a host, why, and what forbids it: from what is wanted and the facts alone."""

from collections.abc import Iterator
from enum import StrEnum

from attrs import field, frozen

from ci.catalogue import Catalogue
from ci.host.definition import cause_of, changed_since
from ci.host.facts import Facts
from ci.host.refusals import forbidden, impossible
from ci.host.stack import GitFiles, HostedService, Stack
from ci.host.wanted import Wanted


class Action(StrEnum):
    """What a release does to one service."""

    START = "start"
    REPLACE = "replace"
    KEEP = "keep"
    LEAVE = "leave"  # not part of the release


@frozen(kw_only=True)
class Step:
    """One service of the plan; `old` and `new` are references, `back` is where a failure returns to."""

    service: str
    action: Action
    cause: str
    old: str
    new: str
    back: str = field(default="", repr=False)
    entry: HostedService = field(repr=False, eq=False)

    @property
    def changes(self) -> bool:
        """Whether the service gets another container."""
        return self.action in {Action.START, Action.REPLACE}


@frozen(kw_only=True)
class Plan:
    """Everything that a deploy will do; `refusals` must be empty for it to begin."""

    wanted: Wanted
    project: str
    facts: Facts = field(repr=False)
    steps: tuple[Step, ...]
    refusals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what became of the last switch, and what forbids a deploy and no rollback

    @property
    def changes(self) -> tuple[Step, ...]:
        """The services that get another container."""
        return tuple(step for step in self.steps if step.changes)


def plan(wanted: Wanted, git: GitFiles, catalogue: Catalogue, facts: Facts) -> Plan:
    """Compare what is wanted with what runs; services that run one image are one decision.

    A deploy is by git's compose file, a rollback by that of the earlier release, where its record has one: so what
    forbids a deploy is only noted for a rollback.
    """
    stack = Stack.of(facts.project, catalogue, git.compose) if facts.project else Stack(project="")
    earlier = next((release for release in facts.releases if release.number == wanted.earlier), None)
    services = (earlier.services if earlier else ()) or stack.services
    forbids = tuple(forbidden(wanted, git, stack, facts))
    causes = {entry.name: cause_of(entry, _new(entry, wanted, facts), wanted, facts) for entry in services}
    together = {entry.service: entry.name for entry in reversed(services) if causes[entry.name]}
    return Plan(
        wanted=wanted,
        project=(earlier.project if earlier else "") or stack.project,
        facts=facts,
        steps=tuple(
            _step(entry, causes[entry.name], together.get(entry.service, ""), wanted, facts) for entry in services
        ),
        refusals=(*impossible(wanted, facts), *(() if earlier else forbids)),
        notes=(
            *facts.unfinished,
            *facts.taken_back,
            *stack.notes,
            *(_of_rollback(earlier.number, services, stack, facts) if earlier else ()),
            *(forbids if earlier else ()),
        ),
    )


def _of_rollback(number: int, services: tuple[HostedService, ...], stack: Stack, facts: Facts) -> Iterator[str]:
    """What a rollback does not bring back."""
    yield from changed_since(number, services, facts)
    later = {entry.name for entry in stack.services} - {entry.name for entry in services}
    yield from (f"{name} runs on: release {number} did not have it" for name in sorted(later) if facts.of(name))


def _step(entry: HostedService, cause: str, beside: str, wanted: Wanted, facts: Facts) -> Step:
    running = facts.of(entry.name)
    old = running[0].image if running else ""
    back = _back(entry, facts) or old
    new = _new(entry, wanted, facts)
    if not new:
        action, cause = Action.LEAVE, "not in this release"
    elif not running:
        action, cause = Action.START, "has no container" if facts.listed else "Docker did not list the containers"
    elif cause or beside:
        action, cause = Action.REPLACE, cause or f"runs the image of {beside}"
    elif running[0].is_well(is_job=entry.is_job):
        action, cause = Action.KEEP, "has run already" if entry.is_job else "runs it already"
    else:
        action, cause = Action.KEEP, f"runs it already, and is {running[0].health}"
    return Step(service=entry.label, action=action, cause=cause, old=old, new=new, back=back, entry=entry)


def _new(entry: HostedService, wanted: Wanted, facts: Facts) -> str:
    """What shall run; a service that an interrupted switch left in between is brought back to what it was."""
    return wanted.images.get(entry.service, _back(entry, facts) if entry.name in facts.touched else "")


def _back(entry: HostedService, facts: Facts) -> str:
    return facts.healthy.images.get(entry.service, "") if facts.healthy else ""
