"""One host as git describes it, and the way in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

import dagger
from attrs import field, frozen

from ci.catalogue import Catalogue, Host
from ci.compose.variables import image_markers, image_variable
from ci.host.connection import Link, connect
from ci.host.facts import Facts
from ci.host.read_facts import read_facts
from ci.host.stack import COMPOSE, KNOWN_HOSTS, VARIABLES, GitFiles, HostedService, Stack
from ci.host.target import Target
from ci.registry.access import Access
from ci.settings import Setting, require, text_of
from ci.workspace import Workspace


@frozen(kw_only=True)
class Caller:
    """Who goes to a host: an SSH key, a name for the records, and a tunnel's end when only they can see the host."""

    key: str = field(repr=False)
    by: str
    via: tuple[str, int] | None = None

    @classmethod
    async def read(
        cls, key: dagger.Secret | None, by: str, ssh: dagger.Service | None, access: Access | None = None
    ) -> Self:
        """The caller that the arguments tell; raise `SettingMissing` without a key, with what else `access` lacks."""
        text = await text_of(key)
        missing = await access.missing() if access else ()
        require((*missing, *(() if text.strip() else (Setting.KEY,))))
        return cls(key=text, by=by or "hand", via=await _end(ssh) if ssh else None)


@frozen(kw_only=True)
class Site:
    """A host of services.toml with its files in git; `caller` wants to go there."""

    host: Host
    catalogue: Catalogue
    git: GitFiles
    known_hosts: str
    caller: Caller

    @classmethod
    async def read(cls, workspace: Workspace, name: str, caller: Caller) -> Self:
        """The host of this name; raise `UnknownService`, `CatalogueError`."""
        catalogue = await workspace.catalogue()
        host = catalogue.host(name)
        compose, variables, known_hosts = [
            await workspace.text(f"{host.compose}/{file}") for file in (COMPOSE, VARIABLES, KNOWN_HOSTS)
        ]
        beside = {name: await workspace.text(path) for name, path in host.files.items()}
        return cls(
            host=host,
            catalogue=catalogue,
            git=GitFiles(compose=compose, variables=variables, beside=beside),
            known_hosts=known_hosts,
            caller=caller,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        """A link to the host."""
        target = Target(
            name=self.host.name,
            address=self.host.address,
            port=self.host.port,
            via=self.caller.via or (self.host.address, self.host.port),
            user=self.host.user,
            key=self.caller.key,
            known_hosts=self.known_hosts,
        )
        async with connect(target) as link:
            yield link

    async def look(self, link: Link, images: Mapping[str, str] | None = None) -> Facts:
        """What is on the host now; `images` are those of a release to come, by service of the catalogue."""
        markers = image_markers(service.name for service in self.catalogue.services)
        coming = {image_variable(service): image for service, image in (images or {}).items()}
        return await read_facts(link, self.host.directory, self.git, markers, coming)

    def services(self, facts: Facts) -> tuple[HostedService, ...]:
        """Those of the release that runs, else those of git."""
        released = facts.healthy.services if facts.healthy else ()
        return released or (Stack.of(facts.project, self.catalogue, self.git.compose).services if facts.project else ())


async def _end(ssh: dagger.Service) -> tuple[str, int]:
    """Where a service that stands for the host's SSH can be reached from here."""
    await ssh.start()
    address, _, port = (await ssh.endpoint()).rpartition(":")
    return address, int(port)
