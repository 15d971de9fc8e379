"""Build one service and publish it: each answers with an Image, or raises."""

from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import anyio
import dagger
from attrs import evolve, field, frozen

from ci.cause import cause_of, refusal_of
from ci.deadline import within
from ci.decision import SHOWN, Decision, Seen
from ci.errors import BuildFailed, RegistryUnreachable
from ci.lock import Image, Status
from ci.registry import Manifest, Registry
from ci.registry.access import log_in
from ci.retries import retry_context
from ci.stand_ins import annotated
from ci.workspace import Prepared

PUSH_ATTEMPTS: Final = 4
PUSH_SECONDS: Final = 900  # of one attempt: the engine itself waits for ever


class Turns:
    """Turns at something that is dear the first time only, such as bringing the layers of a base image."""

    def __init__(self) -> None:
        self._first = defaultdict[Hashable, anyio.Lock](anyio.Lock)
        self._done = set[Hashable]()

    @asynccontextmanager
    async def take(self, what: Hashable) -> AsyncIterator[None]:
        """Be the first at it, or wait until one has done it; one that fails leaves its place to the next."""
        async with self._first[what]:
            if what not in self._done:
                yield
                self._done.add(what)
                return
        yield


@frozen
class Target:
    """Where images go."""

    registry: Registry
    tag: str  # the commit's
    turns: Turns = field(factory=Turns)  # by base images: what one image brought, the registry lends to the others


async def build(one: Prepared) -> Image:
    """Build; the size is that of the image as an archive, its layers compressed as a push would."""
    # Why not uncompressed: the engine then fails now and then with "not found" on base layers it has compressed.
    size = await (await built(one)).as_tarball().size()
    return evolve(image_of(one, Status.BUILT, ""), size=size)


async def publish(one: Prepared, target: Target, decision: Decision, stand_ins: Sequence[str] = ()) -> Image:
    """Do what was decided: reuse an image, or build one and name the stand-ins below it."""
    if decision.reused:
        return await _reuse(one, target, decision.reused, decision)
    # Build and push once under the commit's tag, then let `in-KEY` name the same bytes.
    manifest = await _push(annotated(await built(one, decision.usual), stand_ins), one, target)
    await target.registry.tag(one.service.name, manifest, inputs_tag(one.key))
    return _published(one, target, manifest, Status.BUILT, decision)


async def look(registry: Registry, prepared: Prepared, at_dev: str | None = None, *, verify: bool = False) -> Seen:
    """What the registry has of the same inputs: by its key, else by the digest that `dev` has of them.

    A cleanup may have taken the key. With `verify` it is asked for each layer too.
    """
    name = prepared.service.name
    keyed = await registry.manifest(name, inputs_tag(prepared.key))
    manifest = keyed or (await registry.manifest(name, at_dev) if at_dev else None)
    if manifest and (lost := await registry.lost(name, manifest, every_layer=verify)):
        return Seen(distrust=f"the registry lost {lost[:SHOWN]}, which the image of these inputs needs")
    return Seen(manifest, keyed=keyed is not None)


async def built(one: Prepared, usual: float | None = None) -> dagger.Container:
    """The container that a Dockerfile makes, as a rule within `usual` seconds.

    Raise `BuildFailed` with the line that says why it does not, past its deadline too.
    """
    deadline = one.service.ends_after(usual or one.service.seconds)
    try:
        return await within(deadline, one.container.sync())
    except dagger.ExecError as fault:
        raise BuildFailed(cause_of(f"{fault.stdout}\n{fault.stderr}", str(fault), fault.exit_code)) from None


async def _reuse(one: Prepared, target: Target, manifest: Manifest, decision: Decision) -> Image:
    """Let the commit's tag name what was published of the same inputs: nothing is built, no blob moves."""
    await target.registry.tag(one.service.name, manifest, target.tag)
    if not decision.keyed:
        await target.registry.tag(one.service.name, manifest, inputs_tag(one.key))
    return _published(one, target, manifest, Status.REUSED, decision)


def image_of(one: Prepared, status: Status, cause: str) -> Image:
    """What came of a service, before it is known how long that took and where it is."""
    return Image(
        service=one.service.name,
        status=status,
        cause=cause,
        inputs=one.key,
        seconds=0,
        bound=one.bound,
        origin=one.origin,
    )


def inputs_tag(key: str) -> str:
    """The tag under which an image of these inputs is found."""
    return f"in-{key}"


async def _push(made: dagger.Container, one: Prepared, target: Target) -> Manifest:
    name, registry = one.service.name, target.registry
    # Only here: a login on an earlier branch would become part of every cache key.
    ready = log_in(made, registry)
    retries = retry_context(on=(dagger.QueryError, TimeoutError), attempts=PUSH_ATTEMPTS, timeout=None, wait_max=15)
    bases, digest = frozenset(one.origin.bases.values()), ""
    try:
        async for attempt in retries:
            with attempt:
                async with target.turns.take(bases):
                    digest = await _push_once(ready, name, target)
    except TimeoutError:
        raise RegistryUnreachable(
            f"{registry.address.host} did not take {name} in {PUSH_ATTEMPTS} attempts of {PUSH_SECONDS} s: "
            "call again later"
        ) from None
    # By its digest: the tag may be somebody else's by now, who works on the same commit.
    manifest = await registry.manifest(name, digest)
    if manifest is None:
        raise BuildFailed(f"{registry.address.image(name)}:{target.tag} is gone right after its push: publish again")
    return manifest


async def _push_once(ready: dagger.Container, name: str, target: Target) -> str:
    """Push; return the digest; raise `RegistryRefused` for a no, which asking again does not change."""
    try:
        with anyio.fail_after(PUSH_SECONDS):
            return (await ready.publish(f"{target.registry.address.image(name)}:{target.tag}")).rpartition("@")[2]
    except dagger.QueryError as fault:
        if code := refusal_of(str(fault)):
            raise target.registry.refused_push(name, code) from None
        raise


def _published(one: Prepared, target: Target, manifest: Manifest, status: Status, decision: Decision) -> Image:
    ref, image = target.registry.address.image(one.service.name), image_of(one, status, decision.cause)
    return evolve(image, usual=decision.usual, size=manifest.size, ref=ref, digest=manifest.digest)
