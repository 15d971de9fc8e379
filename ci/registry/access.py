"""The access to the registry that a call was given, checked before anything starts."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import dagger
from attrs import frozen

from ci.errors import SettingMissing
from ci.registry.link import Login
from ci.registry.registry import Address, Registry, connect


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
        password = await self.password.plaintext() if self.password else ""
        if missing := tuple(self._missing(password, tags)):
            raise SettingMissing(
                f"not set: {', '.join(missing)}; a GitLab job has them all, on a laptop export them or pass the flags"
            )
        async with connect(Address.parse(self.registry), Login(self.user, password)) as registry:
            yield registry

    def _missing(self, password: str, tags: Sequence[str] | None) -> Iterator[str]:
        if not self.registry:
            yield "CI_REGISTRY_IMAGE (--registry)"
        if not self.user:
            yield "CI_REGISTRY_USER (--registry-user)"
        if not password:
            yield "CI_REGISTRY_PASSWORD (--registry-password)"
        if tags is not None and not any(tags):
            yield "CI_COMMIT_SHORT_SHA (--tag)"
