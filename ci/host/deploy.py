"""The sequences on a host: plan, deploy, roll back, status."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

import dagger
from attrs import evolve, frozen

from ci import lock
from ci.catalogue.shape import nearest
from ci.errors import DeployRefused, Refused, UnknownService
from ci.host.connection import Link
from ci.host.facts import Facts
from ci.host.plan import Plan, plan
from ci.host.refusals import differences, drift
from ci.host.release import FOLDER, RED, Release, State
from ci.host.site import Site
from ci.host.stack import HostedService
from ci.host.switch import Ended, learn, pull, switch
from ci.host.wanted import Wanted
from ci.progress import say
from ci.registry import Registry
from ci.registry.access import Access
from ci.settings import order_of

LOGS: Final = 'timeout -k 2 20 docker logs --timestamps --tail "$2" "$1"'
JOURNAL: Final = 'cat "$1"'
LOG_SECONDS: Final = 30


@frozen(kw_only=True)
class Asked:
    """What a caller wants deployed: the lock under a tag or, when given, one in hand."""

    tag: str
    lock: str = ""  # as images.lock.json holds it
    order: int | None = None  # the pipeline's number
    allow_older: bool = False
    allow_stand_ins: bool = False
    red_before: tuple[str, ...] | None = None  # smoke checks that failed before; None when none was made

    @classmethod
    async def read(
        cls, tag: str, lock: dagger.File | None, order: str, *, allow_older: bool, allow_stand_ins: bool
    ) -> Self:
        """What the arguments ask for; the file of a lock wins over the tag."""
        text = await lock.contents() if lock else ""
        return cls(tag=tag, lock=text, order=order_of(order), allow_older=allow_older, allow_stand_ins=allow_stand_ins)


@frozen(kw_only=True)
class Deployed:
    """What a deploy or a rollback did; `ended` is None when there was nothing to do."""

    plan: Plan
    ended: Ended | None
    before: Release | None  # the healthy release that was there


@frozen(kw_only=True)
class Status:
    """What runs on a host, and where that is not what was released or what git says."""

    host: str
    services: tuple[HostedService, ...]
    facts: Facts
    faults: tuple[str, ...]
    drift: tuple[str, ...] = ()  # where the host's files are not git's
    journal: str = ""  # of the last switch, as it wrote it


async def plan_deploy(site: Site, access: Access, asked: Asked) -> Plan:
    """Look and compare; nothing is changed."""
    async with access.open([asked.tag]) as registry:
        wanted = await _wanted(site, registry, asked)
    async with site.open() as link:
        return plan(wanted, site.git, site.catalogue, await site.look(link, wanted.images))


async def deploy(site: Site, access: Access, asked: Asked) -> Deployed:
    """Bring the host to what a lock names, or leave it as it was.

    Raise `Refused` while nothing is touched, `HostUnreachable` when the end is not seen.
    """
    with _untouched(site):
        async with access.open([asked.tag]) as registry:
            return await bring(site, await _wanted(site, registry, asked), registry)


async def bring(site: Site, wanted: Wanted, registry: Registry | None) -> Deployed:
    """Bring the host to what is wanted; without a registry only what it still has can run."""
    with _untouched(site):
        async with site.open() as link:
            return await _bring(site, link, wanted, await site.look(link, wanted.images), registry)


async def roll_back(site: Site, to: int | None, *, last: int | None = None) -> Deployed:
    """Bring back the healthy release before the last, or a numbered one; no registry is asked.

    Raise `DeployRefused` where there is none, and where `last` is no longer the last release.
    """
    with _untouched(site):
        async with site.open() as link:
            facts = await site.look(link)
            if last is not None and facts.last and facts.last.number != last:
                raise DeployRefused(f"{site.host.name} was deployed to meanwhile")
            return await _bring(site, link, _earlier(site, facts, to), facts, None)


async def status(site: Site, *, with_journal: bool = False) -> Status:
    """What runs against what was released and against git; on request what the last switch noted, line by line."""
    async with site.open() as link:
        facts = await site.look(link)
        journal = ""
        if with_journal and facts.last:
            file = f"{site.host.directory}/{FOLDER}/run-{facts.last.run}.log"
            journal = (await link.ask(JOURNAL, file, seconds=LOG_SECONDS)).text
    services, expected = site.services(facts), facts.healthy.images if facts.healthy else {}
    places = {entry.name: place for place, entry in enumerate(services)}  # Docker has the newest first
    in_order = sorted(facts.containers, key=lambda container: places.get(container.service, len(places)))
    faults = (
        *([f"Docker does not answer: {facts.silent}"] if facts.silent else ()),
        *([f"a switch is going on: {facts.owner}"] if facts.owner else ()),
        *facts.unfinished,
        *differences(expected, facts, services),
    )
    return Status(
        host=site.host.name,
        services=services,
        facts=evolve(facts, containers=tuple(in_order)),
        faults=faults,
        drift=tuple(drift(site.host.name, site.git, facts)),
        journal=journal,
    )


async def logs(site: Site, service: str, tail: int) -> str:
    """The end of a container's log."""
    async with site.open() as link:
        facts = await site.look(link)
        services = {entry.label: entry for entry in site.services(facts)}
        if service not in services:
            hint = nearest(service, services, f"known are {', '.join(services)}")
            raise UnknownService(f'{site.host.name} runs no service "{service}"; {hint}')
        containers = facts.of(services[service].name)
        if not facts.listed:
            raise DeployRefused(f"Docker on {site.host.name} does not answer: {facts.silent}")
        if not containers:
            raise DeployRefused(f"{service} has no container on {site.host.name}")
        answer = await link.ask(LOGS, containers[0].name, str(tail), seconds=LOG_SECONDS)
    return answer.text


@contextmanager
def _untouched(site: Site) -> Iterator[None]:
    """Let a refusal end with the line that says so."""
    try:
        yield
    except Refused as refused:
        refused.verdict = f"refused: nothing was touched on {site.host.name}"
        raise


async def _wanted(site: Site, registry: Registry, asked: Asked) -> Wanted:
    in_hand = lock.given(asked.lock).must_be_in(registry.address) if asked.lock else None
    published = (in_hand or await lock.fetch(registry, asked.tag)).or_refuse()
    wanted = Wanted.of(published, site.host, order=asked.order, allow_older=asked.allow_older)
    return evolve(wanted, red_before=asked.red_before, allow_stand_ins=asked.allow_stand_ins)


async def _bring(site: Site, link: Link, wanted: Wanted, facts: Facts, registry: Registry | None) -> Deployed:
    made = plan(wanted, site.git, site.catalogue, facts)
    DeployRefused.unless_none(made.refusals)
    for line in (*made.notes, *(f"{step.action} {step.service}: {step.cause}" for step in made.changes)):
        say(line)
    ended = None
    if made.changes:
        await pull(link, made, site.host, registry)
        ended = await switch(link, made, site.host, site.caller.by)
    elif (release := facts.healthy) and wanted.is_newer_than(release):
        learned = facts.learned.with_newest(release.number, order=wanted.order, locked=wanted.locked)
        if fault := await learn(link, wanted.directory, learned):
            say(f"the record of release {release.number} does not say that it is {wanted.commit} too: {fault}")
    return Deployed(plan=made, ended=ended, before=facts.healthy)


def _earlier(site: Site, facts: Facts, to: int | None) -> Wanted:
    """The newest healthy release that is not what runs, or the numbered one."""
    healthy = [release for release in facts.releases if release.state is State.HEALTHY and release.smoke != RED]
    last = facts.last
    if to is None:
        description = "an earlier release"
        kept = [release for release in healthy if release.number not in facts.learned.withdrawn]
        candidates = [release for release in kept if not last or not facts.is_same(release, last)]
    else:
        description, candidates = f"release {to}", [release for release in healthy if release.number == to]
    if not candidates:
        known = ", ".join(str(release.number) for release in healthy)
        way = f"there are {known}; `--to NUMBER` brings one of them back" if known else "there are none"
        raise DeployRefused(f"{site.host.name} has no healthy record of {description}: {way}")
    return Wanted.again(candidates[-1], site.host)
