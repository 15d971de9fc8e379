"""The one-time copy of the compose file, .env and what lies beside to a host; by hand, never by a pipeline."""

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ci.errors import DeployRefused, HostUnreachable
from ci.host import script
from ci.host.connection import Link
from ci.host.facts import Facts
from ci.host.refusals import EMPTY, environment_drift, is_other
from ci.host.site import Site
from ci.host.stack import COMPOSE
from ci.host.switch import BUSY, busy

SECONDS: Final = 30
ENVIRONMENT: Final = ".env"


async def install(site: Site, *, replace: bool) -> str:
    """Copy the compose file, .env and git's files beside them where they are not there.

    Raise `DeployRefused` with the difference, values hidden, when a file there is another; with `replace` the older
    file stays beside the new one, and in .env what git leaves empty or does not name stays the host's.
    """
    async with site.open() as link:
        facts = await site.look(link)
        different = tuple(_differences(site, facts))
        if different and not replace:
            raise DeployRefused(*different, "nothing was written: `install --replace` keeps the older file beside it")
        files = dict(_to_write(site, facts, replace=bool(different)))
        for name, text in files.items():
            await _write(site, link, name, text)
        return _said(site, tuple(files), await site.look(link) if files else facts)


def _differences(site: Site, facts: Facts) -> Iterator[str]:
    if facts.compose is not None and facts.compose != site.git.compose.encode():
        theirs, ours = facts.compose.decode(errors="replace").splitlines(), site.git.compose.splitlines()
        yield "\n".join(
            difflib.unified_diff(theirs, ours, f"{site.host.name}:{COMPOSE}", f"git:{COMPOSE}", "", "", 1, "")
        )
    if facts.environment is not None:
        yield from (fault for fault in environment_drift(site.host.name, facts) if fault.startswith(ENVIRONMENT))
    for name in facts.beside:
        if is_other(site.git, name, facts):
            yield f"{site.host.name}:{name} is not {site.host.files[name]} of git"


def _to_write(site: Site, facts: Facts, *, replace: bool) -> Iterator[tuple[str, str]]:
    if facts.compose is None or (replace and facts.compose != site.git.compose.encode()):
        yield COMPOSE, site.git.compose
    if facts.environment is None or replace:
        yield ENVIRONMENT, site.git.variables
    yield from ((name, text) for name, text in site.git.beside.items() if is_other(site.git, name, facts))


async def _write(site: Site, link: Link, name: str, text: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    answer = await link.ask(script("common", "install"), site.host.directory, name, stamp, text, seconds=SECONDS)
    if answer.code == BUSY:
        raise busy(answer.text)
    if answer.code:
        raise HostUnreachable(
            f"{name} was not written to {site.host.directory} on {site.host.name}: {answer.text[-200:]}"
        )


def _said(site: Site, written: tuple[str, ...], facts: Facts) -> str:
    if not written:
        return f"{site.host.name} has all files already, as git says"
    has = facts.environment or {}
    own = [key for key, value in facts.given.items() if value == EMPTY and has.get(key, EMPTY) == EMPTY]
    left = f"; set {', '.join(own)} in {ENVIRONMENT} there" if own else ""
    *before, last = written
    listed = f"{', '.join(before)} and {last}" if before else last
    return f"wrote {listed} to {site.host.directory} on {site.host.name}{left}"
