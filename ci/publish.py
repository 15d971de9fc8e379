"""The sequences: plan, build all, publish all, promote."""

import sys
from asyncio import gather
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from attrs import evolve

from ci import images, lock
from ci.errors import LockIncomplete, SettingMissing
from ci.images import Target, inputs_tag
from ci.lock import Image, Lock
from ci.matrix import Job, budget_of, run_all
from ci.registry import Manifest, Registry
from ci.registry.access import Access
from ci.report import Decision, progress
from ci.workspace import Prepared, Workspace

MOVING: Final = frozenset({lock.DEV, "stage", "prod", "latest"})  # tags that hosts and people follow


async def plan(workspace: Workspace, access: Access) -> tuple[Decision, ...]:
    """What publish-all would do for each service, and why; without a registry everything is to be built."""
    prepared = await workspace.identify()
    if not access.given:
        cause = f"no registry to look in: {', '.join(await access.missing())} not set"
        return tuple(Decision(one.service.name, "build", cause, one.key, _bound(one)) for one in prepared)
    async with access.open() as registry:
        found = await _published(prepared, registry)
    return tuple(_decision(one, found.get(one.service.name)) for one in prepared)


async def build_all(workspace: Workspace, memory: str) -> tuple[Image, ...]:
    """Build every image within the memory budget; failures are among the answers."""
    return await _run(await workspace.prepare(), images.build, budget_of(memory))


async def publish_all(workspace: Workspace, access: Access, tags: Sequence[str], memory: str, *, rebuild: bool) -> Lock:
    """Publish every image under the first tag and store the lock, failures included.

    The other tags move only when every requested image is there.
    """
    _refuse_moving(tags[:1])
    async with access.open(tags) as registry:
        prepared = await workspace.identify()
        await _check_push(registry, prepared)
        found = {} if rebuild else await _published(prepared, registry)
        before = await lock.find(registry, lock.DEV)
        target, budget = Target(registry, tags[0]), budget_of(memory)
        answers = await _run(prepared, partial(_publish, target, found), budget)
        done = _lock(tags[0], answers, budget, before)
        held = await lock.store(registry, done, tags[0])
        if not done.missing:
            await _move(registry, done, held, tags[1:])
    return done


async def promote(access: Access, source: str, destination: str) -> str:
    """Let `destination` name what the lock of `source` names; nothing moves unless all of it is there."""
    async with access.open([source]) as registry:
        found = (await lock.fetch(registry, source)).or_refuse()
        held = await _there(registry, lock.NAME, source)
        await _move(registry, found, held, [destination])
    return f"{destination} is {source} now: {len(found.images)} images and the lock"


def _refuse_moving(first: Iterable[str]) -> None:
    """The first tag is pushed service by service: one that hosts follow would name half a release meanwhile."""
    for tag in MOVING.intersection(first):
        raise SettingMissing(
            f"the first tag is {tag}, which moves: name the commit's before it, "
            f'as in --tag "$(git rev-parse --short HEAD)" --tag {tag}'
        )


async def _check_push(registry: Registry, prepared: Sequence[Prepared]) -> None:
    """Prove the right to push every image and the lock, before anything is built."""
    names = (*(one.service.name for one in prepared), lock.NAME)
    for answer in await gather(*map(registry.check_push, names), return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer  # the first in the order of the catalogue, whichever came first


async def _published(prepared: Sequence[Prepared], registry: Registry) -> dict[str, Manifest]:
    """What the registry has of the very same inputs, by service."""
    asked = await gather(*(registry.manifest(one.service.name, inputs_tag(one.key)) for one in prepared))
    return {one.service.name: manifest for one, manifest in zip(prepared, asked, strict=True) if manifest}


def _decision(one: Prepared, manifest: Manifest | None) -> Decision:
    if manifest:
        return Decision(one.service.name, "reuse", f"same inputs as {manifest.digest[:19]}", one.key, _bound(one))
    return Decision(one.service.name, "build", "no image of these inputs was published", one.key, _bound(one))


def _bound(one: Prepared) -> tuple[str, ...]:
    return tuple(name for name in one.service.baked if name in one.inputs.dockerfile.args)


async def _run(
    prepared: Sequence[Prepared], step: Callable[[Prepared], Awaitable[Image]], budget: int
) -> tuple[Image, ...]:
    async def timed(one: Prepared, began: float) -> Image:
        return evolve(await step(one), began=began, memory=min(one.service.memory, budget))

    def tell(ended: int, image: Image) -> None:
        print(progress(ended, len(prepared), image), file=sys.stderr, flush=True)

    jobs = [Job(one.service.name, one.service.memory, one.service.seconds, partial(timed, one)) for one in prepared]
    return await run_all(jobs, budget, tell)


async def _publish(target: Target, found: dict[str, Manifest], one: Prepared) -> Image:
    manifest = found.get(one.service.name)
    return await (images.reuse(one, target, manifest) if manifest else images.publish(one, target))


def _lock(commit: str, answers: Iterable[Image], budget: int, before: Lock | None) -> Lock:
    digests = {one.service: one.digest for one in before.images} if before else {}
    images = tuple(evolve(one, before=digests.get(one.service)) for one in answers)
    return Lock(
        commit=commit,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        requested=tuple(one.service for one in images),
        images=images,
        budget=budget,
        before=before.commit if before else "",
    )


async def _move(registry: Registry, found: Lock, held: Manifest, destinations: Sequence[str]) -> None:
    """Move tags, the lock's last: whoever reads it finds everything that it names."""
    names = [image.service for image in found.images]
    manifests = await gather(*(_there(registry, image.service, image.digest or "") for image in found.images))
    for tag in destinations:
        await gather(*(registry.tag(name, manifest, tag) for name, manifest in zip(names, manifests, strict=True)))
        await registry.tag(lock.NAME, held, tag)


async def _there(registry: Registry, name: str, reference: str) -> Manifest:
    manifest = await registry.manifest(name, reference)
    if manifest is None:
        image = registry.address.image(name)
        raise LockIncomplete(f"{image} has no {reference} any more (a cleanup policy?): run publish-all again")
    return manifest
