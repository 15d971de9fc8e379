"""What a release would change on a host, why, and what forbids it: from the lock, git and the facts alone."""

from enum import StrEnum

from attrs import field, frozen

from ci.errors import DeployRefused
from ci.host.facts import Container, Facts
from ci.host.history import taken_back, unfinished
from ci.host.refusals import refusals
from ci.host.stack import Entry, Stack
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
    entry: Entry = field(repr=False, eq=False)

    @property
    def changes(self) -> bool:
        """Whether the service gets another container."""
        return self.action in {Action.START, Action.REPLACE}


@frozen(kw_only=True)
class Plan:
    """Everything that a deploy will do; `refusals` must be empty for it to begin."""

    wanted: Wanted
    stack: Stack = field(repr=False)
    facts: Facts = field(repr=False)
    steps: tuple[Step, ...]
    refusals: tuple[str, ...]
    notes: tuple[str, ...]  # what became of the last switch

    @property
    def changes(self) -> tuple[Step, ...]:
        """The services that get another container."""
        return tuple(step for step in self.steps if step.changes)

    def or_refuse(self) -> None:
        """Raise `DeployRefused` with every reason at once."""
        DeployRefused.unless_none(self.refusals)


def plan(wanted: Wanted, stack: Stack, facts: Facts) -> Plan:
    """Compare what is wanted with what runs."""
    return Plan(
        wanted=wanted,
        stack=stack,
        facts=facts,
        steps=tuple(_step(entry, wanted, facts) for entry in stack.entries),
        refusals=tuple(refusals(wanted, stack, facts)),
        notes=(*unfinished(facts), *taken_back(facts)),
    )


def _step(entry: Entry, wanted: Wanted, facts: Facts) -> Step:
    name = entry.service.name
    running = facts.of(entry.name)
    old = running[0].image if running else ""
    healthy = facts.healthy
    back = (healthy.images.get(name, "") if healthy else "") or old
    defined = healthy.definitions.get(name, "") if healthy else ""
    new = wanted.images.get(name, back if entry.name in facts.touched else "")
    redefined = defined not in {"", entry.definition}
    action, cause = _action(new, running, wanted.cause, touched=entry.name in facts.touched, redefined=redefined)
    return Step(service=name, action=action, cause=cause, old=old, new=new, back=back, entry=entry)


def _action(
    new: str, running: tuple[Container, ...], wanted: str, *, touched: bool, redefined: bool
) -> tuple[Action, str]:
    if not new:
        return Action.LEAVE, "not in this release"
    if not running:
        return Action.START, "has no container"
    first = running[0]
    causes = (
        (first.image != new, _by_hand(first.image) or wanted),
        (touched or first.misnamed or len(running) > 1, "its last switch was interrupted"),
        (first.state != "running", f"is {first.state}"),
        (redefined, "its part of docker-compose.yml changed"),
    )
    if cause := next((cause for holds, cause in causes if holds), ""):
        return Action.REPLACE, cause
    return Action.KEEP, "runs it already" if first.well else f"runs it already, and is {first.health}"


def _by_hand(image: str) -> str:
    return "" if "@sha256:" in image else f"runs {image.rpartition('/')[2]}, put there by hand"
