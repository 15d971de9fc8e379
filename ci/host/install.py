"""The one-time copy of the compose file, .env and what lies beside to a host; by hand, never by a pipeline."""

import difflib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from ci.catalogue import Host
from ci.errors import DeployRefused, HostUnreachable
from ci.host.connection import Link
from ci.host.facts import Facts
from ci.host.refusals import EMPTY, environment_drift
from ci.host.scripts import script
from ci.host.site import Site
from ci.host.stack import COMPOSE
from ci.workspace import Workspace

SUMS: Final = 'cd "$1" 2>/dev/null || exit 0; shift; [ $# = 0 ] || sha256sum -- "$@" 2>/dev/null || :'
SECONDS: Final = 30
ENVIRONMENT: Final = ".env"


async def beside(workspace: Workspace, host: Host) -> Mapping[str, str]:
    """What git puts beside a host's compose file, by name there; raise `CatalogueError` for what is not in git."""
    return {name: await workspace.text(path) for name, path in host.files.items()}


async def install(site: Site, others: Mapping[str, str], *, replace: bool) -> str:
    """Copy the compose file, .env and the others where they are not there.

    Raise `DeployRefused` with the difference, values hidden, when a file there is another; with `replace` the older
    file stays beside the new one, and in .env what git leaves empty or does not name stays the host's.
    """
    async with site.open() as link:
        facts, sums = await site.look(link), await _sums(site, link, others)
        different = (*_differences(site, facts), *_other_files(site, sums, others))
        if different and not replace:
            raise DeployRefused(*different, "nothing was written: `install --replace` keeps the older file beside it")
        files = dict(_to_write(site, facts, replace=bool(different)))
        files |= {name: text for name, text in others.items() if sums.get(name) != _sum(text)}
        for name, text in files.items():
            await _write(site, link, name, text)
    return _said(site, tuple(files), facts)


async def _sums(site: Site, link: Link, others: Mapping[str, str]) -> Mapping[str, str]:
    """The checksums of those that are there."""
    answer = await link.ask(SUMS, site.host.directory, *others, seconds=SECONDS)
    return {name: digest for digest, _, name in (line.partition("  ") for line in answer.text.splitlines())}


def _differences(site: Site, facts: Facts) -> Iterator[str]:
    if facts.compose is not None and facts.compose != site.git.compose.encode():
        theirs, ours = facts.compose.decode(errors="replace").splitlines(), site.git.compose.splitlines()
        yield "\n".join(
            difflib.unified_diff(theirs, ours, f"{site.host.name}:{COMPOSE}", f"git:{COMPOSE}", "", "", 1, "")
        )
    if facts.environment is not None:
        yield from (fault for fault in environment_drift(site.host.name, facts) if fault.startswith(ENVIRONMENT))


def _other_files(site: Site, sums: Mapping[str, str], others: Mapping[str, str]) -> Iterator[str]:
    for name, text in others.items():
        if sums.get(name, _sum(text)) != _sum(text):
            yield f"{site.host.name}:{name} is not {site.host.files[name]} of git"


def _to_write(site: Site, facts: Facts, *, replace: bool) -> Iterator[tuple[str, str]]:
    if facts.compose is None or (replace and facts.compose != site.git.compose.encode()):
        yield COMPOSE, site.git.compose
    if facts.environment is None or replace:
        yield ENVIRONMENT, site.git.variables


def _sum(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def _write(site: Site, link: Link, name: str, text: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    answer = await link.ask(script("install"), site.host.directory, name, stamp, text, seconds=SECONDS)
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
