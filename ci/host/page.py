"""The last release of a host as a page: what changed, why, what it cost, and what runs now."""

from collections.abc import Iterator
from typing import Final

import dagger

from ci.errors import PipelineError
from ci.host.container import Container
from ci.host.deploy import Status, status
from ci.host.facts import Facts
from ci.host.journal import Journal
from ci.host.release import Release, State
from ci.host.site import Site
from ci.host.stack import HostedService
from ci.page.folder import folder
from ci.page.page import Page, Row, Tone, moment
from ci.report import json_of

HEADS: Final = ("ready after", "no answer", "runs")
KEPT: Final = "kept"
# What a release that ended so did to a service that it was to change.
OUTCOMES: Final = {
    State.SWITCHING: ("unfinished", Tone.WARN),
    State.HEALTHY: ("changed", Tone.GOOD),
    State.ROLLED_BACK: ("put back", Tone.WARN),
    State.BROKEN: ("broken", Tone.BAD),
    State.INTERRUPTED: ("interrupted", Tone.BAD),
}


async def report_folder(site: Site) -> dagger.Directory:
    """The last release and what runs, as a report; a host that does not answer is said there."""
    try:
        seen = await status(site, with_journal=True)
    except PipelineError as fault:
        return folder(unreachable(site.host.name, str(fault)))
    record = {
        "host": seen.host,
        "releases": seen.facts.releases,
        "containers": seen.facts.containers,
        "faults": seen.faults,
    }
    return folder(page_of(seen, Journal.parse(seen.journal)), json_of(record))


def page_of(seen: Status, journal: Journal) -> Page:
    """The page of what `status` saw and the journal of the last switch."""
    last = seen.facts.last
    red = bool(seen.faults or seen.drift) or (last is not None and last.state is not State.HEALTHY)
    told = f"release {last.number} ({last.commit}): {last.state}" if last else "nothing was released yet"
    return Page(
        suite=seen.host,
        title=f"{seen.host}: {told}",
        tone=Tone.BAD if red else Tone.GOOD,
        verdict=_verdict(seen),
        facts=tuple(_facts(last, journal)) if last else (),
        faults=tuple(dict.fromkeys((*seen.faults, *seen.drift, *seen.facts.taken_back))),
        heads=HEADS,
        rows=tuple(_row(entry, seen.facts, journal) for entry in seen.services),
        log=tuple(map(str, journal.notes)),
    )


def unreachable(host: str, why: str) -> Page:
    """The page of a host that does not answer."""
    return Page(suite=host, title=f"{host} cannot be asked", tone=Tone.BAD, verdict="It did not answer.", faults=(why,))


def _verdict(seen: Status) -> str:
    last = seen.facts.last
    if seen.faults or seen.drift:
        return "What runs is not what was released, or not well."
    if last and last.state is State.ROLLED_BACK:
        return "Rolled back: what ran before runs again, and well."
    return "All that runs is what was released, and well."


def _facts(last: Release, journal: Journal) -> Iterator[tuple[str, str]]:
    yield "began", moment(last.began)
    yield "by", last.by
    yield "smoke", last.smoke or "not run"
    if last.stand_ins:
        yield "stand-in base images", ", ".join(last.stand_ins)
    yield "changed", f"{len(last.changed)} of {len(last.images)}"
    if journal.notes:
        yield "took", f"{journal.seconds} s"
        yield "without an answer", f"{max(journal.silent.values(), default=0):.1f} s at most"


def _row(entry: HostedService, facts: Facts, journal: Journal) -> Row:
    last = facts.last
    status, tone, cause = _told(entry, facts, journal)
    new = last.images.get(entry.service, "") if last else ""
    ready = journal.ready(entry.name)
    return Row(
        name=entry.label,
        status=status,
        tone=tone,
        cause=cause,
        seconds=ready or 0,
        cells=(
            f"{ready} s" if ready is not None else "-",
            f"{journal.silent.get(entry.name, 0):.1f} s" if status != KEPT else "-",
            ", ".join(map(_health, facts.of(entry.name))) or ("no container" if facts.listed else "unknown"),
        ),
        old=_digest(_before(entry, facts) or new),
        new=_digest(new),
        bars=tuple(journal.bars(entry.name)),
    )


def _told(entry: HostedService, facts: Facts, journal: Journal) -> tuple[str, Tone, str]:
    """What became of a service: a word, how that is, and why."""
    name, last = entry.label, facts.last
    running = facts.of(entry.name)
    unwell = [container for container in running if not container.is_well(is_job=entry.is_job)]
    if journal.failing(entry.name):
        return "failed", Tone.BAD, journal.failure
    if not running:
        absent = ("missing", "has no container") if facts.listed else ("unknown", "Docker did not list the containers")
        return absent[0], Tone.BAD, absent[1]
    if unwell:
        return "unwell", Tone.BAD, f"is {_health(unwell[0])}"
    if last is None or entry.service not in last.images:
        return "unreleased", Tone.CALM, "no release has named it"
    if name not in last.changed:
        return KEPT, Tone.CALM, "ran it already"
    return *OUTCOMES[last.state], last.causes.get(name, "")


def _before(entry: HostedService, facts: Facts) -> str:
    """The reference that ran in the place of what the last release brought; as an older record tells it, too."""
    name = entry.label
    if facts.last is None or name not in facts.last.changed:
        return ""
    healthy = [one for one in facts.releases[:-1] if one.state is State.HEALTHY]
    return facts.last.before.get(name) or (healthy[-1].images.get(entry.service, "") if healthy else "")


def _health(one: Container) -> str:
    return one.state if one.health == "none" or one.state != "running" else one.health


def _digest(reference: str) -> str:
    name, _, digest = reference.partition("@")
    return digest or name.rpartition("/")[2]
