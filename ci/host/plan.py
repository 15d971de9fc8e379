"""What a release would change on a host, why, and what forbids it: from what is wanted and the facts alone."""

from collections.abc import Iterator
from enum import StrEnum

from attrs import field, frozen

from ci.errors import DeployRefused
from ci.host.container import Container
from ci.host.facts import Definitions, Facts
from ci.host.history import taken_back, unfinished
from ci.host.stack import HostedService
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

    def or_refuse(self) -> None:
        """Raise `DeployRefused` with every reason at once."""
        DeployRefused.unless_none(self.refusals)


def plan(
    wanted: Wanted, project: str, services: tuple[HostedService, ...], facts: Facts, *, refusals: tuple[str, ...] = ()
) -> Plan:
    """Compare what is wanted with what runs; services that run one image are one decision."""
    causes = {entry.name: _cause(entry, wanted, facts) for entry in services}
    together = {entry.service: entry.name for entry in reversed(services) if causes[entry.name]}
    return Plan(
        wanted=wanted,
        project=project,
        facts=facts,
        steps=tuple(
            _step(entry, causes[entry.name], together.get(entry.service, ""), wanted, facts) for entry in services
        ),
        refusals=refusals,
        notes=(*unfinished(facts), *taken_back(facts)),
    )


def _step(entry: HostedService, cause: str, beside: str, wanted: Wanted, facts: Facts) -> Step:
    running = facts.of(entry.name)
    old = running[0].image if running else ""
    back = _back(entry, facts) or old
    new = _new(entry, wanted, facts)
    if not new:
        action, cause = Action.LEAVE, "not in this release"
    elif not running:
        action, cause = Action.START, "has no container"
    elif cause or beside:
        action, cause = Action.REPLACE, cause or f"runs the image of {beside}"
    else:
        action, cause = Action.KEEP, _kept(entry, running[0])
    return Step(service=entry.label, action=action, cause=cause, old=old, new=new, back=back, entry=entry)


def _new(entry: HostedService, wanted: Wanted, facts: Facts) -> str:
    """What shall run; a service that an interrupted switch left in between is brought back to what it was."""
    return wanted.images.get(entry.service, _back(entry, facts) if entry.name in facts.touched else "")


def _back(entry: HostedService, facts: Facts) -> str:
    return facts.healthy.images.get(entry.service, "") if facts.healthy else ""


def _kept(entry: HostedService, container: Container) -> str:
    if container.well or (entry.is_job and container.ended_well):
        return "runs it already" if not entry.is_job else "has run already"
    return f"runs it already, and is {container.health}"


def _cause(entry: HostedService, wanted: Wanted, facts: Facts) -> str:
    """Why a service gets another container; nothing when it keeps the one that it has."""
    running, new = facts.of(entry.name), _new(entry, wanted, facts)
    if not running or not new:
        return ""
    container = running[0]
    if entry.name in facts.touched or container.misnamed or len(running) > 1:
        return "its last switch was interrupted"
    causes = list(_differences(entry, container, wanted, facts))
    if not causes and container.state != "running" and not (entry.is_job and container.ended_well):
        causes = [f"is {container.state}"]
    return " and ".join(causes)


def _differences(entry: HostedService, container: Container, wanted: Wanted, facts: Facts) -> Iterator[str]:
    if container.image != _new(entry, wanted, facts):
        yield _by_hand(container.image) or wanted.cause
    if changed := _changed(entry, container, wanted, facts):
        yield changed


def _changed(entry: HostedService, container: Container, wanted: Wanted, facts: Facts) -> str:
    """How what a service is made of differs from what it was made of, by Compose's hashes and the files it mounts."""
    recorded = facts.recorded_now
    if recorded is None:  # no release of this version made it: its own label tells, for the same image
        same = container.image != wanted.images.get(entry.service) or facts.new.get(entry.name) == container.hash
        return "" if same or not facts.new else "changed definition"
    was, now = _hashes(entry, wanted, facts, recorded)
    files = [name for name in entry.files if facts.sums.get(name) != recorded.sums.get(name)]
    variables = sorted(
        name
        for name in recorded.variables.keys() | (facts.environment or {}).keys()
        if recorded.variables.get(name) != (facts.environment or {}).get(name)
    )
    if files:
        return f"changed file {', '.join(files)}"
    if was == now:
        return ""
    return f"changed definition: {', '.join(variables)} in .env" if variables else "changed definition"


def _hashes(entry: HostedService, wanted: Wanted, facts: Facts, recorded: Definitions) -> tuple[str, str]:
    """Compose's hash at the last switch, and now; a new version of Compose has hashed both."""
    name = entry.name
    same_version = facts.released_version == facts.compose_version
    was = recorded.hashes.get(name, "") if same_version else facts.released.get(name, "")
    if wanted.earlier is None:
        return was, facts.running.get(name, was)
    target = facts.recorded.get(wanted.earlier)
    if target and target.hashes.get(name, "") != recorded.hashes.get(name, ""):
        return was, target.hashes.get(name, "")
    return was, facts.released.get(name, was)  # another value in .env since


def _by_hand(image: str) -> str:
    return "" if "@sha256:" in image else f"runs {image.rpartition('/')[2]}, put there by hand"
