"""The sequence: every service's health, and a sign-in at each portal."""

from asyncio import gather
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Final

import httpx
from attrs import frozen

from ci.catalogue import Service
from ci.e2e.shape import parts_of
from ci.errors import CatalogueError
from ci.host.release import RED
from ci.host.site import Site
from ci.host.stack import Stack
from ci.smoke.sign_in import SignInFailed, User, sign_in
from ci.smoke.ways import Ways, browser, ways_to

PUBLIC: Final = "PUBLIC_HOST"


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
    if not any(entry.service.sign_in for entry in site.stack.entries):
        return None
    if site.host.smoke is None:
        raise CatalogueError(f"services.toml names nobody to sign in: add the table [hosts.{site.host.name}.smoke]")
    return User(name=site.host.smoke.user, password=site.host.smoke.password)


async def smoke(site: Site, user: User | None) -> tuple[Look, ...]:
    """Look at every service of a host through its SSH."""
    address = site.stack.environment.get(PUBLIC) or site.host.address
    ports = {port for part in parts_of(site.stack, {}, {}) for port in part.published}
    async with site.open() as link, ways_to(link, sorted(ports)) as ways:
        return await looks(site.stack, ways, address, user)


async def looks(stack: Stack, ways: Ways, address: str, user: User | None) -> tuple[Look, ...]:
    """Ask each service for its health, and let the user sign in where people do, each time as a new visitor."""
    services = [entry.service for entry in stack.entries]
    async with browser(ways) as client:
        asked = [
            _look(one, "health", partial(_health, client, _url(address, one, one.health)))
            for one in services
            if one.health
        ]
        healths = await gather(*asked)
    if user is None:
        return tuple(healths)
    portals = [one for one in services if one.sign_in]
    return (*healths, *[await _look(one, "sign-in", partial(_sign_in, ways, address, one, user)) for one in portals])


async def _look(service: Service, did: str, ask: Callable[[], Awaitable[str]]) -> Look:
    """`ask` answers what is wrong, or nothing."""
    began = monotonic()
    try:
        cause = await ask()
    except (httpx.HTTPError, SignInFailed) as fault:
        cause = str(fault) or type(fault).__name__
    status = Status.RED if cause else Status.GREEN
    return Look(service=service.name, did=did, status=status, cause=cause, seconds=round(monotonic() - began, 1))


async def _health(client: httpx.AsyncClient, url: str) -> str:
    answer = await client.get(url)
    return "" if answer.is_success else f"{url} answered {answer.status_code}"


async def _sign_in(ways: Ways, address: str, service: Service, user: User) -> str:
    async with browser(ways) as client:
        page = await sign_in(client, _url(address, service, service.sign_in), user)
    if service.refused and service.refused in page.text:
        return f"the page that {user.name} sees has {service.refused}"
    return ""


def _url(address: str, service: Service, path: str | None) -> str:
    return f"http://{address}:{service.published}{path or '/'}"
