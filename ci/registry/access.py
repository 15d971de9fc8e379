"""The access to the registry that a call was given, checked before anything starts."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import dagger
import httpx
from attrs import frozen
from dagger import dag

from ci.registry.link import Link, Login
from ci.registry.registry import Address, Registry
from ci.settings import Setting, require, text_of


@frozen(kw_only=True)
class Access:
    """Where the registry is and who asks; each may be empty until it is needed."""

    registry: str
    user: str
    password: dagger.Secret | None

    @property
    def given(self) -> bool:
        """Whether there is a registry to ask at all."""
        return bool(self.registry and self.user)

    @asynccontextmanager
    async def open(self, tags: Sequence[str] | None = None) -> AsyncIterator[Registry]:
        """The registry; raise `SettingMissing` with all that is not set, among it a tag where `tags` are asked for."""
        password = await self._plain()
        require((*self._missing(password), *(() if tags is None or any(tags) else (Setting.COMMIT,))))
        address, login = Address.parse(self.registry), Login(self.user, password)
        trusted = ssl.create_default_context()  # what the system trusts, a company's own authority included
        async with httpx.AsyncClient(verify=trusted, timeout=httpx.Timeout(30, connect=5)) as http:
            yield Registry(address, login, Link(address.host, login, http))

    async def missing(self) -> tuple[Setting, ...]:
        """What is not set."""
        return self._missing(await self._plain())

    async def _plain(self) -> str:
        """As `docker login --password-stdin` takes it: without one end of a line, which a file has."""
        return (await text_of(self.password)).removesuffix("\n").removesuffix("\r")

    def _missing(self, password: str) -> tuple[Setting, ...]:
        values = {Setting.REGISTRY: self.registry, Setting.USER: self.user, Setting.PASSWORD: password}
        return tuple(setting for setting, value in values.items() if not value)


def log_in(container: dagger.Container, registry: Registry) -> dagger.Container:
    """The container, which pulls and pushes with the registry's login from here on."""
    secret = dag.set_secret("registry-password", registry.login.password)
    return container.with_registry_auth(registry.address.host, registry.login.user, secret)
