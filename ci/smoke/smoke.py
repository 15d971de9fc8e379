"""The sequence: every service's health, and a sign-in at each portal; and what is said of them."""

from asyncio import gather, sleep
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Final

import httpx
from attrs import frozen

from ci.catalogue import Service
from ci.catalogue.tables import SmokeTable
from ci.errors import CatalogueError, Failed
from ci.host.facts import Facts
from ci.host.release import RED
from ci.host.site import Site
from ci.report import json_of, table
from ci.smoke.sign_in import SignInFailed, sign_in
from ci.smoke.ways import Host, browser, ways_to

PUBLIC: Final = "PUBLIC_HOST"
HEALTH: Final = "health"
SIGN_IN: Final = "sign-in"
TRIES: Final = 3
PAUSE_SECONDS: Final = 2


class Status(StrEnum):
    """How a look at a service ended."""

    GREEN = "green"
    RED = RED


@frozen(kw_only=True)
class Look:
    """What one service showed: `cause` says what was wrong with it."""

    service: str
    did: str
    status: Status
    cause: str = ""
    seconds: float = 0


def person_of(site: Site) -> SmokeTable | None:
    """Who signs in at a host; None where nobody can. Raise `CatalogueError` when somebody should, and is not named."""
    if not any(service.sign_in for service in site.catalogue.services):
        return None
    if site.host.smoke is None:
        raise CatalogueError(f"services.toml names nobody to sign in: add the table [hosts.{site.host.name}.smoke]")
    return site.host.smoke


async def run_checks(site: Site, person: SmokeTable | None) -> tuple[Look, ...]:
    """Look at every service of a host that was released, through its SSH."""
    async with site.open() as link:
        facts = await site.look(link)
        release = facts.healthy
        services = [service for service in site.catalogue.services if release is None or service.name in release.images]
        async with ways_to(link, ports_of(site, facts)) as ways:
            return await looks(services, Host(address_of(site, facts), ways), person)


def address_of(site: Site, facts: Facts) -> str:
    """The host's name in a browser."""
    return facts.given_values.get(PUBLIC) or site.host.address


def ports_of(site: Site, facts: Facts) -> tuple[int, ...]:
    """What the host's containers publish, and the port of each service also while it has none."""
    ports = {*facts.published, *(service.published for service in site.catalogue.services)}
    return tuple(sorted(ports - {0}))


async def looks(services: Sequence[Service], host: Host, person: SmokeTable | None) -> tuple[Look, ...]:
    """Ask each service for its health, and let the person sign in where people do, each time as a new visitor."""
    async with browser(host) as client:
        healths = await gather(
            *(_look(service, HEALTH, partial(_health, client, host, service)) for service in services if service.health)
        )
    if person is None:
        return tuple(healths)
    portals = (service for service in services if service.sign_in)
    sign_ins = [await _look(portal, SIGN_IN, partial(_sign_in, host, portal, person)) for portal in portals]
    return (*healths, *sign_ins)


def smoke_answer(looks: Sequence[Look], host: str, *, as_json: bool) -> str:
    """What each service showed; raise `Failed` with the table when one is red."""
    rows = ((one.service, one.did, one.status, f"{one.seconds:.1f}", one.cause) for one in looks)
    text = f"{table(('service', 'did', 'status', 'seconds', 'cause'), rows)}\n\n{verdict(looks, host)}"
    if reds(looks):
        raise Failed(text)
    return json_of(looks) if as_json else text


def verdict(looks: Sequence[Look], host: str) -> str:
    """One line that says how it went."""
    if red := reds(looks):
        return f"smoke of {host} is red: {'; '.join(red)}"
    well, signed_in = (sum(one.did == did for one in looks) for did in (HEALTH, SIGN_IN))
    more = "".join(f", {one.did} in a {one.service} passed" for one in looks if one.did not in {HEALTH, SIGN_IN})
    return f"smoke of {host} is green: {well} services are well, {signed_in} portals let people in{more}"


def reds(looks: Sequence[Look]) -> tuple[str, ...]:
    """A sentence for each red look."""
    return tuple(f"{one.service}: {one.cause}" for one in looks if one.status is Status.RED)


async def _look(service: Service, did: str, ask: Callable[[], Awaitable[str]]) -> Look:
    """`ask` answers what is wrong, or nothing; one answer alone decides nothing."""
    began = monotonic()
    for tried in range(1, TRIES + 1):
        try:
            cause = await ask()
        except (httpx.HTTPError, SignInFailed) as fault:
            cause = str(fault) or type(fault).__name__
        if not cause or tried == TRIES:
            break
        await sleep(PAUSE_SECONDS)
    return Look(
        service=service.name,
        did=did,
        status=Status.RED if cause else Status.GREEN,
        cause=f"{cause} (tried {TRIES} times)" if cause else "",
        seconds=round(monotonic() - began, 1),
    )


async def _health(client: httpx.AsyncClient, host: Host, service: Service) -> str:
    url = host.url(service.published, service.health)
    answer = await client.get(url)
    return "" if answer.is_success else f"{url} answered {answer.status_code}"


async def _sign_in(host: Host, portal: Service, person: SmokeTable) -> str:
    async with browser(host) as client:
        page = await sign_in(client, host.url(portal.published, portal.sign_in), person)
    if portal.refused and portal.refused in page.text:
        return f"the page that {person.user} sees has {portal.refused}"
    return ""
