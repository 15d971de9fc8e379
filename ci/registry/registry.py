"""The images of one GitLab project: manifests, tags and small blobs, over the OCI distribution API."""

import re
from asyncio import gather
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Final, Self
from urllib.parse import urljoin

import httpx
from attrs import frozen

from ci import jsons
from ci.errors import RegistryRefused, RegistryUnreachable, SettingMissing
from ci.registry.link import Link, Login, explain, in_gitlab_terms, no_registry
from ci.registry.manifest import MANIFEST_TYPES, Manifest, digest_of

ADDRESS: Final = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/[a-z0-9._-]+)+")
HIGHEST_PORT: Final = 65535


@frozen
class Address:
    """Where the images live: a registry's host and a project's path in it."""

    host: str
    project: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST/GROUP/PROJECT`, as GitLab gives it in CI_REGISTRY_IMAGE."""
        parts = ADDRESS.fullmatch(text.removesuffix("/"))
        if not parts or int(parts["port"] or 1) not in range(1, HIGHEST_PORT + 1):
            raise SettingMissing(
                f'the registry is "{text}", must be HOST/GROUP/PROJECT in lower case without https://, '
                "for instance registry.gitlab.com/ois/cfa: set CI_REGISTRY_IMAGE or pass --registry"
            )
        host, _, project = text.removesuffix("/").partition("/")
        return cls(host, project)

    def image(self, name: str) -> str:
        """The reference of an image, without tag and digest."""
        return f"{self.host}/{self.path(name)}"

    def path(self, name: str) -> str:
        """The path of an image; a public registry has some without a project."""
        return f"{self.project}/{name}" if self.project else name


@frozen
class Registry:
    """One project's images; `name` is always the path below the project.

    Every method raises `RegistryRefused` or `RegistryUnreachable`.
    """

    address: Address
    login: Login
    link: Link

    def public(self, address: Address) -> Self:
        """Another registry, which gets no login."""
        login = Login("", "")
        return type(self)(address, login, self.link.to_another(address.host, login))

    async def manifest(self, name: str, tag: str) -> Manifest | None:
        """The manifest under a tag or a digest; None when there is none."""
        response = await self._ask("GET", name, f"manifests/{tag}", headers={"Accept": ", ".join(MANIFEST_TYPES)})
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        manifest = Manifest(response.content, response.headers.get("Content-Type", ""))
        if not manifest.is_whole:
            raise no_registry(self.address.host, f"gives no manifest of {name}:{tag}")
        self._verify(name, tag, response.content)
        return manifest

    async def tag(self, name: str, manifest: Manifest, tag: str) -> None:
        """Let `tag` name `manifest`; no blob moves."""
        headers = {"Content-Type": manifest.media_type}
        await self._change("PUT", name, f"manifests/{tag}", headers=headers, content=manifest.body)

    async def lost(self, name: str, manifest: Manifest, *, every_layer: bool = False) -> str:
        """The digest of a part of an image that is not there any more; empty when none is missed.

        With `every_layer` those of the images of an index too.
        """
        asked = [*manifest.parts, *(f"blobs/{layer}" for layer in manifest.layers if every_layer)]
        accept = {"Accept": ", ".join(MANIFEST_TYPES)}
        answers = await gather(*(self._ask("HEAD", name, path, headers=accept) for path in asked))
        gone = (path for path, answer in zip(asked, answers, strict=True) if answer.is_error)
        if (missed := next(gone, "").rpartition("/")[2]) or not every_layer:
            return missed
        below = [(await self.manifest(name, digest), digest) for digest in manifest.images]
        found = [digest if one is None else await self.lost(name, one, every_layer=True) for one, digest in below]
        return next(filter(None, found), "")

    async def blob(self, name: str, digest: str) -> bytes | None:
        """A blob's content, for small ones; None when it is not there."""
        response = await self._ask("GET", name, f"blobs/{digest}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        self._verify(name, digest, response.content)
        return response.content

    def _verify(self, name: str, reference: str, content: bytes) -> None:
        """Compare what came with the digest that was asked for."""
        if reference.startswith("sha256:") and digest_of(content) != reference:
            raise no_registry(self.address.host, f"gives other bytes than {name}@{reference}")

    async def push_blob(self, name: str, content: bytes) -> None:
        """Store a small blob, by a second upload where the answer to the first was lost before it was stored."""
        digest, headers = digest_of(content), {"Content-Type": "application/octet-stream"}
        for last in (False, True):
            upload = (await self._start_upload(name)).copy_merge_params({"digest": digest})
            try:
                await self._change("PUT", name, str(upload), headers=headers, content=content)
            except RegistryRefused:
                if await self.has_blob(name, digest):
                    return
                if last:
                    raise
            else:
                return

    async def has_blob(self, name: str, digest: str) -> bool:
        """Whether a blob is there."""
        return not (await self._ask("HEAD", name, f"blobs/{digest}")).is_error

    def stream_blob(self, name: str, digest: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A blob's content as it comes, of any size; nobody has compared it with the digest."""
        return self.link.stream(self._url(name, f"blobs/{digest}"), self._scope("GET", name))

    async def mount_blob(self, name: str, digest: str, other: str) -> httpx.URL | None:
        """Let `name` have a blob of another image of the project; where that has none, the place for an upload."""
        scope = f"{self._scope('POST', name)} {self._scope('GET', other)}"
        request = self._url(name, f"blobs/uploads/?mount={digest}&from={self.address.path(other)}")
        response = await self.link.ask("POST", request, scope)
        if response.status_code == httpx.codes.CREATED:
            return None
        return await self._start_upload(name) if response.is_error else self._place(name, response)

    async def upload_blob(
        self, name: str, digest: str, size: int, content: AsyncIterator[bytes], place: httpx.URL | None = None
    ) -> None:
        """Store a blob as it comes; the registry compares it with the digest."""
        upload = (place or await self._start_upload(name)).copy_merge_params({"digest": digest})
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        await self._change("PUT", name, str(upload), headers=headers, content=content, attempts=1)

    async def tags(self, name: str) -> tuple[str, ...]:
        """The tags of an image, a thousand at most; none where there is no such image."""
        response = await self._ask("GET", name, "tags/list?n=1000")
        try:
            return () if response.is_error else tuple(jsons.loads(response.content).get("tags") or ())
        except (ValueError, AttributeError, TypeError):
            raise no_registry(self.address.host, f"gives no tags of {name}") from None

    async def check_push(self, name: str) -> None:
        """Prove the right to push: start an upload and cancel it."""
        upload = await self._start_upload(name)
        # Cancelling takes the right to delete, which a job may lack: uploads expire.
        with suppress(RegistryRefused, RegistryUnreachable):
            await self._ask("DELETE", name, str(upload), attempts=1)

    def refused_push(self, name: str, code: int) -> RegistryRefused:
        """The error for a no (401, 403 or 404) that another client met when it pushed."""
        return RegistryRefused(in_gitlab_terms(code, self.address.host, self._scope("PUT", name), self.login.user))

    async def _start_upload(self, name: str) -> httpx.URL:
        return self._place(name, await self._change("POST", name, "blobs/uploads/"))

    def _place(self, name: str, response: httpx.Response) -> httpx.URL:
        """Where an upload that was begun takes its bytes."""
        if "Location" not in response.headers:
            raise no_registry(self.address.host, f"gives no place for an upload of {name}")
        try:
            return httpx.URL(urljoin(str(response.url), response.headers["Location"]))
        except (ValueError, httpx.InvalidURL):
            raise no_registry(self.address.host, f"names no address for an upload of {name}") from None

    async def _change(self, method: str, name: str, path: str, **request: Any) -> httpx.Response:
        """As `_ask`, where 404 is a no like any other."""
        response = await self._ask(method, name, path, **request)
        if response.is_error:
            raise RegistryRefused(explain(response, self._scope(method, name), self.login.user))
        return response

    async def _ask(self, method: str, name: str, path: str, **request: Any) -> httpx.Response:
        return await self.link.ask(method, self._url(name, path), self._scope(method, name), **request)

    def _url(self, name: str, path: str) -> str:
        return urljoin(f"https://{self.address.host}/v2/{self.address.path(name)}/", path)

    def _scope(self, method: str, name: str) -> str:
        actions = {"GET": "pull", "HEAD": "pull", "PUT": "pull,push"}.get(method, "pull,push,delete")
        return f"repository:{self.address.path(name)}:{actions}"
