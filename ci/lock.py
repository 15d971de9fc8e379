"""The lock: what was requested and what came of it; kept in the registry as an ordinary image."""

import json
import re
from enum import StrEnum
from typing import Final, Self

from attrs import frozen
from cattrs import BaseValidationError, Converter

from ci import jsons
from ci.bases import Bases
from ci.errors import LockIncomplete, LockMissing
from ci.inputs.origin import Origin
from ci.registry import Address, Manifest, Registry, parcel

NAME: Final = "ci/lock"
FILE: Final = "images.lock.json"
DEV: Final = "dev"  # the tag that the host follows
CONVERTER: Final = Converter()  # passes over keys that it does not know: `dev` may be of a newer checkout than this one
# What a shell on a host splits at white space, and a registry takes.
SERVICE: Final = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
REFERENCE: Final = re.compile(r"[a-z0-9.:\[\]-]+(?:/[a-z0-9._-]+)+")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
NO_LOCK: Final = (ValueError, TypeError, AttributeError, BaseValidationError)  # what reading another text raises


class Status(StrEnum):
    """What came of one service."""

    BUILT = "built"
    REUSED = "reused"
    FAILED = "failed"


@frozen(kw_only=True)
class Image:
    """One service of a run."""

    service: str
    status: Status
    cause: str  # why it was built or reused; for a failure the line that says why
    inputs: str  # the inputs key: the image's identity
    seconds: float
    size: int | None = None  # bytes
    ref: str | None = None  # where it was published, without tag
    digest: str | None = None
    # For the report; an older lock has none of these.
    began: float | None = None  # seconds after the run's begin
    memory: int | None = None  # bytes of the budget that it held
    before: str | None = None  # the digest that `dev` had when the run began
    bound: tuple[str, ...] = ()  # build arguments with values of one environment, which it holds
    usual: float | None = None  # seconds of the last build before this run
    stand_ins: tuple[str, ...] = ()  # its base images that are stand-ins
    origin: Origin | None = None  # what `inputs` is the hash of; later runs are compared with it


@frozen(kw_only=True)
class Lock:
    """One run of publish-all: the only thing that passes from build to deploy."""

    commit: str
    created: str  # RFC 3339, UTC
    requested: tuple[str, ...]
    images: tuple[Image, ...] = ()
    budget: int | None = None  # bytes; an older lock has none
    before: str = ""  # the commit of `dev` when the run began
    order: int | None = None  # the pipeline's number, when one published

    @property
    def missing(self) -> tuple[str, ...]:
        """Requested services without a digest."""
        have = {image.service for image in self.images if image.digest}
        return tuple(name for name in self.requested if name not in have)

    @property
    def bases(self) -> Bases:
        """The digests of the base images; raise `LockIncomplete` when it does not say them."""
        LockIncomplete.unless_none(
            f"the lock of {self.commit} does not say what {image.service} stands on: call once without --bases"
            for image in self.images
            if image.origin is None
        )
        return {image.service: image.origin.bases for image in self.images if image.origin}

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """The base images of any service that are stand-ins."""
        return tuple(sorted({name for image in self.images for name in image.stand_ins}))

    def older_than(self, other: "Lock") -> bool:
        """By the pipelines' numbers, where both have one; else by the time."""
        if self.order is not None and other.order is not None:
            return self.order < other.order
        return self.created < other.created

    def or_refuse(self) -> Self:
        """The lock itself when every requested service has a digest; else raise `LockIncomplete`."""
        if missing := self.missing:
            raise LockIncomplete(
                f"the lock of {self.commit} has no image of {', '.join(missing)}: "
                f"mend what failed (report --tag {self.commit}) and run publish-all again"
            )
        return self

    def to_json(self) -> str:
        """The lock as images.lock.json holds it."""
        return json.dumps(CONVERTER.unstructure(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read images.lock.json; raise one of `NO_LOCK` when it is none, or has a word that no lock has."""
        lock = CONVERTER.structure(jsons.loads(text), cls)
        for image in lock.images:
            words = {SERVICE: image.service, REFERENCE: image.ref, DIGEST: image.digest}
            if wrong := [word for pattern, word in words.items() if word is not None and not pattern.fullmatch(word)]:
                raise ValueError(f"{wrong[0]!r} is in no lock")
        if not TAG.fullmatch(lock.commit):
            raise ValueError(f"{lock.commit!r} is no tag of a commit")
        return lock

    def must_be_in(self, address: Address) -> Self:
        """The lock itself when each image is below this registry's project; else raise `LockMissing`."""
        for image in self.images:
            if image.ref not in {None, address.image(image.service)}:
                raise LockMissing(
                    f"the lock of {self.commit} names {image.ref}, which is not {address.image(image.service)}: "
                    "it is of another project; check --registry"
                )
        return self


async def store(registry: Registry, lock: Lock, tag: str) -> Manifest:
    """Write the lock as the image `ci/lock:TAG`; return its manifest, for more tags."""
    return await parcel.send(registry, NAME, tag, {FILE: lock.to_json().encode()}, lock.created)


async def fetch(registry: Registry, tag: str) -> Lock:
    """Read the lock under a tag; raise `LockMissing` when there is none."""
    place = f"{registry.address.image(NAME)}:{tag}"
    try:
        files = await parcel.fetch(registry, NAME, tag)
        lock = None if files is None else Lock.from_json(files[FILE].decode())
    except (*NO_LOCK, KeyError):
        raise LockMissing(f"{place} is no lock: run publish-all, which writes one") from None
    if lock is None:
        raise LockMissing(
            f"{place} does not exist: nothing was published under {tag}; run publish-all, or name another tag"
        )
    return lock.must_be_in(registry.address)


async def find(registry: Registry, tag: str) -> Lock | None:
    """As `fetch`, for who can do without."""
    try:
        return await fetch(registry, tag)
    except LockMissing:
        return None


def given(text: str) -> Lock:
    """The lock in a file that somebody handed over; raise `LockMissing` when it is none."""
    try:
        return Lock.from_json(text)
    except NO_LOCK:
        raise LockMissing(
            f"the given file is not an {FILE}: `dagger call lock --tag SHA -o {FILE}` writes one"
        ) from None
