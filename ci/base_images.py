"""Base images in the project's own registry: copied the first time that a run needs them, and used from then on.

All are tags of one image, for GitLab takes two names below a project at most (ci/lock), and untagged manifests are
collected. A tag has the digest that the lock names, an index's as a rule; behind it is the manifest of our platform.
"""

import re
from asyncio import gather
from collections.abc import Mapping, Sequence
from typing import Final

import anyio
from dagger import dag

from ci.bases import PLATFORM
from ci.errors import PipelineError, RegistryRefused
from ci.progress import say
from ci.registry import Address, Manifest, Registry
from ci.registry.access import log_in
from ci.registry.copy import copy_blobs
from ci.stand_ins import stand_ins
from ci.workspace import Prepared

NAME: Final = "ci/base"
ARCHITECTURE: Final = str(PLATFORM).rpartition("/")[2]
HUB: Final = "registry-1.docker.io"  # of names without a host (distribution/reference, normalize.go)
COPY_SECONDS: Final = 900  # of one image
LONGEST_NAME: Final = 50  # characters of an image's name in a tag, which has 128 at most

References = Mapping[str, str]  # where to pull an image, by `NAME@DIGEST`


async def known(registry: Registry, image: str) -> tuple[str, str]:
    """The digest that a base image had when a run last copied it, and where; empty where none did.

    Where its tag is gone it is that of the platform's manifest: good to build on, and another inputs key.
    """
    name = tag_of(image)
    manifest = await registry.manifest(NAME, name)
    if manifest is None:
        return "", ""
    tags = [tag for tag in await registry.tags(NAME) if re.fullmatch(rf"{re.escape(name)}-sha256-[0-9a-f]{{64}}", tag)]
    manifests = await gather(*(registry.manifest(NAME, tag) for tag in tags))
    same = (tag for tag, other in zip(tags, manifests, strict=True) if other and other.digest == manifest.digest)
    return f"sha256:{next(same, manifest.digest)[-64:]}", registry.address.image(NAME)


async def copies_of(registry: Registry, references: Mapping[str, str]) -> tuple[References, frozenset[str]]:
    """Where the project's registry has these images, copied where it had not; and those that are stand-ins.

    `references` has for each `NAME@DIGEST` an image of the project that may have layers of it. A stand-in is not
    copied: no other machine has it. What cannot be copied is pulled from where it is, and a line says why.
    """
    manifests = await gather(*(_whole(registry, reference) for reference in references))
    there = zip(references, manifests, strict=True)
    copies = {reference: _place(registry, manifest) for reference, manifest in there if manifest}
    labelled = await stand_ins(reference for reference in references if reference not in copies)

    async def keep(reference: str, near: str) -> None:
        try:
            with anyio.fail_after(COPY_SECONDS):
                copies[reference] = _place(registry, await _copy(registry, reference, near))
        except (PipelineError, TimeoutError) as fault:
            cause = str(fault) or f"it took more than {COPY_SECONDS} s"
            say(f"{reference.partition('@')[0]} has no copy in the project's registry: {cause}")

    own = {reference for reference in references if source_of(reference)[0].host == registry.address.host}
    await gather(*(keep(*each) for each in references.items() if each[0] not in labelled.union(copies, own)))
    if copies:
        await log_in(dag.container(platform=PLATFORM), registry).sync()  # for each FROM of the session
    return copies, labelled


async def stand_on(
    registry: Registry, prepared: Sequence[Prepared]
) -> tuple[tuple[Prepared, ...], Mapping[str, tuple[str, ...]]]:
    """These services on the project's copies of their base images, and the stand-ins below each, by its name."""
    wanted = {reference: service.service.name for service in prepared for reference in service.references.values()}
    copies, labelled = await copies_of(registry, wanted)
    ready = (
        service.standing_on({name: copies.get(reference, reference) for name, reference in service.references.items()})
        for service in prepared
    )
    return tuple(ready), {
        service.service.name: tuple(name for name, reference in service.references.items() if reference in labelled)
        for service in prepared
    }


def source_of(reference: str) -> tuple[Address, str]:
    """The registry and the image that a reference means, as Docker reads it."""
    name = reference.partition("@")[0]
    name = name if name.rfind(":") < name.rfind("/") else name.rpartition(":")[0] or name
    host, _, path = name.partition("/")
    if not path or not (set(host) & set(".:") or host == "localhost"):
        host, path = "docker.io", name
    if host in {"docker.io", "index.docker.io"}:
        host, path = HUB, path if "/" in path else f"library/{path}"
    project, _, image = path.rpartition("/")
    return Address(host, project), image


def tag_of(reference: str) -> str:
    """The tag of `NAME@DIGEST`, or of the newest `NAME`."""
    name, _, digest = reference.partition("@")
    words = re.sub(r"[^a-z0-9_.]+", "-", name.lower()).strip("-.")[-LONGEST_NAME:].lstrip("-.")
    return f"{words}-{digest.replace(':', '-')}" if digest else words


async def _copy(registry: Registry, reference: str, near: str) -> Manifest:
    address, image = source_of(reference)
    source = registry.public(address)
    manifest = await source.manifest(image, reference.partition("@")[2])
    if manifest and manifest.images:
        manifest = await source.manifest(image, manifest.platform(ARCHITECTURE) or "none")
    if manifest is None:
        raise RegistryRefused(f"{address.host} has no {reference} for {PLATFORM}")
    await copy_blobs(manifest, (source, image), (registry, NAME), near)
    for tag in (tag_of(reference), tag_of(reference.partition("@")[0])):
        await registry.tag(NAME, manifest, tag)
    return manifest


async def _whole(registry: Registry, reference: str) -> Manifest | None:
    manifest = await registry.manifest(NAME, tag_of(reference))
    return None if manifest is None or await registry.lost(NAME, manifest) else manifest


def _place(registry: Registry, manifest: Manifest) -> str:
    return f"{registry.address.image(NAME)}@{manifest.digest}"
