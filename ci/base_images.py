"""Base images in the project's own registry: copied the first time that a run needs them, and used from then on.

All are tags of one image, for GitLab takes two names below a project at most (ci/lock), and untagged manifests are
collected. A tag has the digest that the lock names, an index's as a rule; behind it is the manifest of our platform.
"""

import re
from asyncio import gather
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final

import anyio
from attrs import evolve
from dagger import dag

from ci import jsons
from ci.bases import PLATFORM
from ci.errors import InputsError, PipelineError, RegistryRefused
from ci.progress import say
from ci.registry import Address, Manifest, Registry
from ci.registry.access import log_in
from ci.registry.copy import copy_blobs
from ci.registry.manifest import MALFORMED
from ci.stand_ins import stand_ins
from ci.workspace import Prepared

NAME: Final = "ci/base"
ARCHITECTURE: Final = str(PLATFORM).rpartition("/")[2]
HUB: Final = "registry-1.docker.io"  # of names without a host (distribution/reference, normalize.go)
COPY_SECONDS: Final = 900  # of one image
TAKES_FILES: Final = re.compile(r"(?i)(?:COPY|ADD)\s|RUN\s+--mount")  # a trigger of ONBUILD
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
    """These services on the project's copies of their base images, and the stand-ins below each, by its name.

    Raise `InputsError` for a base image that copies files of whatever is built on it: they are in no inputs key.
    """
    wanted = {reference: service.service.name for service in prepared for reference in service.references.values()}
    copies, labelled = await copies_of(registry, wanted)
    triggers = dict(zip(wanted, await gather(*(_triggers(registry, reference) for reference in wanted)), strict=True))
    InputsError.unless_none(chain.from_iterable(_copied_unseen(service, triggers) for service in prepared))
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


def _copied_unseen(service: Prepared, triggers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A sentence for each FROM whose image takes files by ONBUILD."""
    dockerfile = service.inputs.dockerfile
    for stage in dockerfile.stages:
        for trigger in triggers.get(service.references.get(stage.base, ""), ()):
            if TAKES_FILES.match(trigger):
                what = f"{stage.base} runs ONBUILD {trigger}, which takes files that no inputs key has"
                mend = "write that line into the Dockerfile, and build on the image that it stands on"
                yield f"{dockerfile.path}:{stage.steps[0].start_line}: {what}; {mend}"


async def _triggers(registry: Registry, reference: str) -> Sequence[str]:
    """What an image runs by ONBUILD; nothing for one that our client may not read, in another private registry."""
    address, image = source_of(reference)
    with suppress(RegistryRefused, *MALFORMED):
        if address.host == registry.address.host:
            source = evolve(registry, address=address)
            manifest = await _of_platform(source, image, reference)
        else:
            source, image = registry, NAME
            manifest = await registry.manifest(NAME, tag_of(reference))
        if manifest and (configuration := await source.blob(image, manifest.configuration)):
            return tuple(jsons.loads(configuration)["config"].get("OnBuild") or ())
    return ()


async def _of_platform(source: Registry, image: str, reference: str) -> Manifest | None:
    manifest = await source.manifest(image, reference.partition("@")[2])
    if manifest and manifest.images:
        return await source.manifest(image, manifest.platform(ARCHITECTURE) or "none")
    return manifest


async def _copy(registry: Registry, reference: str, near: str) -> Manifest:
    address, image = source_of(reference)
    source = registry.public(address)
    if (manifest := await _of_platform(source, image, reference)) is None:
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
