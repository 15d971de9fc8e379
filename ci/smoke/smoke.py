"""The sequence: every service's health, and a sign-in at each portal."""

from asyncio import gather, sleep
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Final

import httpx
from attrs import frozen

from ci.catalogue import Service
from ci.errors import CatalogueError
from ci.host.facts import Facts
from ci.host.release import RED
from ci.host.site import Site
from ci.smoke.sign_in import SignInFailed, User, sign_in
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


def user_of(site: Site) -> User | None:
    """Who signs in at a host; None where nobody can. Raise `CatalogueError` when somebody should, and is not named."""
    if not any(service.sign_in for service in site.catalogue.services):
        return None
    if site.host.smoke is None:
        raise CatalogueError(f"services.toml names nobody to sign in: add the table [hosts.{site.host.name}.smoke]")
    return User(name=site.host.smoke.user, password=site.host.smoke.password)


async def run_checks(site: Site, user: User | None) -> tuple[Look, ...]:
    """Look at every service of a host that was released, through its SSH."""
    async with site.open() as link:
        facts = await site.look(link)
        release = facts.healthy
        services = [service for service in site.catalogue.services if release is None or service.name in release.images]
        async with ways_to(link, ports_of(site, facts)) as ways:
            return await looks(services, Host(address_of(site, facts), ways), user)


def address_of(site: Site, facts: Facts) -> str:
    """The host's name in a browser."""
    return facts.given_values.get(PUBLIC) or site.host.address


def ports_of(site: Site, facts: Facts) -> tuple[int, ...]:
    """What the host's containers publish, and the port of each service also while it has none."""
    return tuple(sorted({*facts.published, *(service.published for service in site.catalogue.services)}))


async def looks(services: Sequence[Service], host: Host, user: User | None) -> tuple[Look, ...]:
    """Ask each service for its health, and let the user sign in where people do, each time as a new visitor."""
    async with browser(host) as client:
        healths = await gather(
            *(_look(service, HEALTH, partial(_health, client, host, service)) for service in services if service.health)
        )
    if user is None:
        return tuple(healths)
    portals = (service for service in services if service.sign_in)
    sign_ins = [await _look(portal, SIGN_IN, partial(_sign_in, host, portal, user)) for portal in portals]
    return (*healths, *sign_ins)


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


async def _sign_in(host: Host, portal: Service, user: User) -> str:
    async with browser(host) as client:
        page = await sign_in(client, host.url(portal.published, portal.sign_in), user)
    if portal.refused and portal.refused in page.text:
        return f"the page that {user.name} sees has {portal.refused}"
    return ""
