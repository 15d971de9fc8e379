"""Moving a tag: the same bytes of every service and of the lock under another name."""

from asyncio import gather
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Self

from attrs import frozen

from ci import lock
from ci.errors import LockIncomplete, PromotionRefused
from ci.lock import DEV, Lock
from ci.registry import Manifest, Registry
from ci.registry.access import Access

STAGE: Final = "stage"
PROD: Final = "prod"
MOVING: Final = frozenset({DEV, STAGE, PROD, "latest"})  # tags that hosts and people follow
ROUNDS: Final = 10  # in which somebody else may write the same tag


class Outcome(StrEnum):
    """What came of one image."""

    MOVED = "moved"
    THERE = "there"


@frozen
class Move:
    """One image, or the lock, under the tag."""

    name: str
    outcome: Outcome
    old: str  # the digest that the tag named before; empty when it named none
    new: str


@frozen(kw_only=True)
class Promotion:
    """A tag that names what a lock names, or what is newer."""

    tag: str
    commit: str
    moves: tuple[Move, ...]  # the lock's last; none where a newer one stays
    stays: str = ""  # why it does

    def or_refuse(self) -> Self:
        """The promotion itself when the tag moved; else raise `PromotionRefused`."""
        if self.stays:
            raise PromotionRefused(self.stays)
        return self


@frozen(kw_only=True)
class Asked:
    """What a caller asks of a promotion."""

    destination: str
    source: str = ""  # a tag; the commit's own where none is named
    commit: str = ""  # the caller's, as a job has one: a source that moves must be at it
    allow_older: bool = False

    @property
    def tag(self) -> str:
        """The tag whose images are promoted."""
        return self.source or self.commit

    @property
    def may_be_overtaken(self) -> bool:
        """Whether a newer one at the destination is an answer: a pipeline's own commit, and later pushes move dev."""
        return self.destination == DEV and not self.source


async def promote(access: Access, asked: Asked) -> Promotion:
    """Let a tag name what the lock of another names; nothing moves unless all of it may and is there.

    Raise `LockMissing`, `LockIncomplete` or `PromotionRefused` before the first move. What is checked is what moves,
    though the tag of the source may move meanwhile.
    """
    if asked.destination == PROD and asked.tag != STAGE:
        raise PromotionRefused(f"{PROD} takes what {STAGE} has: promote --from {STAGE} --to {PROD}")
    async with access.open([asked.tag]) as registry:
        return await promote_in(registry, asked)


async def promote_in(registry: Registry, asked: Asked) -> Promotion:
    """As `promote`, where the registry is open."""
    manifest = await registry.manifest(lock.NAME, asked.tag)
    held = manifest.digest if manifest else asked.tag
    found = (await lock.fetch(registry, held)).or_refuse()
    if asked.tag in MOVING and asked.commit not in {"", found.commit}:
        raise PromotionRefused(
            f"{asked.tag} is at {found.commit}, and this call is of {asked.commit} (CI_COMMIT_SHORT_SHA): promote "
            f"from the pipeline of {found.commit}, or call without that variable"
        )
    if asked.destination in {STAGE, PROD}:
        PromotionRefused.unless_none(
            f"{one.service} is bound to one environment by {', '.join(one.bound)}, so its image is not for "
            f"{asked.destination}: let the value come at run time"
            for one in found.images
            if one.bound
        )
        if found.stand_ins:
            raise PromotionRefused(
                f"{found.commit} is built on stand-in images ({', '.join(found.stand_ins)}), which "
                f"{asked.destination} never takes: publish it again with the official engine"
            )
    await _refuse_foreign(registry, found, asked.destination)
    wanted = await _sources(registry, found, held)
    # A registry refuses a tag for what has lost a part, when other tags have moved.
    lost = await gather(*(registry.lost(name, one, every_layer=True) for name, one in wanted.items()))
    LockIncomplete.unless_none(
        f"{registry.address.image(name)} lost {part}: run publish-all --verify, which builds it anew"
        for name, part in zip(wanted, lost, strict=True)
        if part
    )
    promotion = await _follow(registry, found, wanted, asked.destination, allow_older=asked.allow_older)
    return promotion if asked.may_be_overtaken else promotion.or_refuse()


async def _refuse_foreign(registry: Registry, found: Lock, tag: str) -> None:
    """A commit's own tag names what was published of that commit, and nothing else."""
    if tag not in MOVING:
        there = await lock.find(registry, tag)
        if there is None or there.commit != found.commit:
            raise PromotionRefused(
                f"{tag} is not one of the tags that move ({', '.join(sorted(MOVING))}), and "
                f"{f'it is at {there.commit}' if there else 'nothing was published under it'}: "
                f"publish under {tag}, or promote to one of those"
            )


async def move(registry: Registry, found: Lock, held: str, tag: str, *, allow_older: bool = False) -> Promotion:
    """Let `tag` name what a lock names, which the registry has as `held`; of two that do so at once the newer stays."""
    sources = await _sources(registry, found, held)
    return (await _follow(registry, found, sources, tag, allow_older=allow_older)).or_refuse()


async def _sources(registry: Registry, found: Lock, held: str) -> Mapping[str, Manifest]:
    """By name, the lock last; raise `LockIncomplete` when one is gone."""
    references = {**{one.service: one.digest or "" for one in found.images}, lock.NAME: held}
    manifests = await gather(*(registry.manifest(name, reference) for name, reference in references.items()))
    LockIncomplete.unless_none(
        f"{registry.address.image(name)} has no {reference} any more (a cleanup policy?): run publish-all again"
        for (name, reference), manifest in zip(references.items(), manifests, strict=True)
        if manifest is None
    )
    return {name: manifest for name, manifest in zip(references, manifests, strict=True) if manifest}


async def _follow(
    registry: Registry, found: Lock, wanted: Mapping[str, Manifest], tag: str, *, allow_older: bool
) -> Promotion:
    """Move a tag to these manifests of a lock.

    A registry cannot compare and swap. So the lock is written last, and whoever reads it finds everything that it
    names; who meets a newer one there puts that one's images back; and what was written is read back. What remains is
    an older one that looks before the newer's lock is there and writes its own after the newer has read back.
    """
    before = await _under(registry, tag, wanted)
    for _ in range(ROUNDS):
        for part in (_images(wanted), {lock.NAME: wanted[lock.NAME]}):
            if not allow_older and (stays := await _give_way(registry, found, tag)):
                return Promotion(tag=tag, commit=found.commit, moves=(), stays=stays)
            await _write(registry, part, tag)
        if await _under(registry, tag, wanted) == {name: one.digest for name, one in wanted.items()}:
            return Promotion(tag=tag, commit=found.commit, moves=_moves(wanted, before))
    raise PromotionRefused(
        f"{tag} does not stay at {found.commit}: somebody else moves it too, or the registry loses what it takes; "
        "wait and call again"
    )


async def _give_way(registry: Registry, found: Lock, tag: str) -> str:
    """Why the tag stays at a newer one that is there, after its images were put back; empty where there is none."""
    now = await lock.find(registry, tag)
    if now and now.commit == tag != found.commit:
        raise PromotionRefused(f"{tag} is a commit's own tag, which names what was published of it: it stays")
    if now and found.older_than(now):
        await _write(registry, _images(await _sources(registry, now, tag)), tag)
        return (
            f"{tag} is at {now.commit} ({_age(now)}), which is newer than {found.commit} ({_age(found)}): it "
            "stays; to go back call promote --allow-older"
        )
    return ""


def _age(one: Lock) -> str:
    return f"pipeline {one.order}" if one.order is not None else f"of {one.created}"


async def _under(registry: Registry, tag: str, names: Mapping[str, Manifest]) -> Mapping[str, str]:
    """The digests that a tag names now."""
    found = await gather(*(registry.manifest(name, tag) for name in names))
    return {name: manifest.digest for name, manifest in zip(names, found, strict=True) if manifest}


def _images(wanted: Mapping[str, Manifest]) -> Mapping[str, Manifest]:
    return {name: manifest for name, manifest in wanted.items() if name != lock.NAME}


async def _write(registry: Registry, wanted: Mapping[str, Manifest], tag: str) -> None:
    """Write what the tag does not name yet."""
    there = await _under(registry, tag, wanted)
    changed = [name for name, manifest in wanted.items() if there.get(name) != manifest.digest]
    await gather(*(registry.tag(name, wanted[name], tag) for name in changed))


def _moves(wanted: Mapping[str, Manifest], before: Mapping[str, str]) -> tuple[Move, ...]:
    return tuple(
        Move(name, Outcome.THERE if before.get(name) == one.digest else Outcome.MOVED, before.get(name, ""), one.digest)
        for name, one in wanted.items()
    )
