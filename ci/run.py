"""What the registry keeps of a run, as files: its lock, and a page that says what a deploy of it would change."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

import dagger
from attrs import evolve
from dagger import dag

from ci import lock as locks
from ci.errors import LockMissing
from ci.lock import DEV, Image, Lock, Status
from ci.page.folder import folder
from ci.page.page import Bar, Curve, Page, Row, Tone, bars_of, moment, most
from ci.registry.access import Access
from ci.report import size_of, verdict
from ci.size import format_size

TONES: Final = {Status.BUILT: Tone.GOOD, Status.REUSED: Tone.CALM, Status.FAILED: Tone.BAD}
ROUNDED: Final = 0.2  # seconds: what overlaps by less did not run side by side, begin and end are rounded

Digests = Mapping[str, str | None]  # by service


async def lock_file(access: Access, tag: str) -> dagger.File:
    """The lock of a tag as images.lock.json; raise `LockMissing` when nothing was published under it."""
    async with access.open([tag]) as registry:
        lock = await locks.fetch(registry, tag)
    return dag.file(locks.FILE, lock.to_json())


async def report_folder(access: Access, tag: str) -> dagger.Directory:
    """The lock of a tag, and what of `dev` it would change, as a report; true after a red run too.

    Without a lock the report says so.
    """
    async with access.open([tag]) as registry:
        try:
            lock = await locks.fetch(registry, tag)
        except LockMissing as missing:
            return folder(nothing(tag, str(missing)))
        dev = await locks.find(registry, DEV)
    return folder(page_of(lock, dev), lock.to_json())


def page_of(lock: Lock, dev: Lock | None) -> Page:
    """The page of a lock; `dev` is the lock of that tag now, which may be the very same."""
    before, digests = _before(lock, dev)
    red = [image.service for image in lock.images if image.status is Status.FAILED]
    rows = tuple(
        Row(
            name=image.service,
            status=image.status,
            tone=TONES[image.status],
            cause=image.cause,
            seconds=image.seconds,
            cells=(f"{image.seconds:.1f}", size_of(image), _change(image, before, digests)),
            old=digests.get(image.service) or "",
            new=image.digest or "",
            bars=bars_of(image.status, image.began, image.seconds, TONES[image.status]),
        )
        for image in lock.images
    )
    bars = [bar for row in rows for bar in row.bars]
    return Page(
        suite="images",
        title=f"Images of {lock.commit}",
        tone=Tone.BAD if lock.missing else Tone.GOOD,
        # Without the causes, which each row has of its own.
        verdict=f"{len(red)} of {len(lock.images)} failed: {', '.join(red)}" if red else verdict(lock.images),
        facts=tuple(_facts(lock, bars)),
        notes=(_deploy(lock, before, digests),),
        heads=("seconds", "size", "a deploy"),
        rows=rows,
        curve=_curve(lock.images, lock.budget) if lock.budget and bars else None,
    )


def nothing(tag: str, why: str) -> Page:
    """The page of a tag without a lock."""
    title = f"Nothing was published under {tag}"
    return Page(suite="images", title=title, tone=Tone.BAD, verdict="There is no lock to report.", faults=(why,))


def _before(lock: Lock, dev: Lock | None) -> tuple[str, Digests]:
    """What `dev` had, to compare a run with: its name, empty when nothing is known of it, and the digests."""
    if dev and dev != lock:
        return f"{DEV} ({dev.commit})", {one.service: one.digest for one in dev.images}
    name = f"what {DEV} was before this run ({lock.before})" if lock.before else ""
    return name, {one.service: one.before for one in lock.images}


def _change(image: Image, before: str, digests: Digests) -> str:
    old = digests.get(image.service)
    if image.digest is None or not before:
        return "-"
    if old is None:
        return "starts it"
    return "keeps it" if old == image.digest else "replaces it"


def _facts(lock: Lock, bars: Sequence[Bar]) -> Iterator[tuple[str, str]]:
    yield "created", moment(lock.created)
    if bars:
        yield "took", f"{max(bar.end for bar in bars):.1f} s"
        apart = (evolve(bar, end=max(bar.end - ROUNDED, bar.start)) for bar in bars)
        yield "side by side", f"{most(apart)} at most"
    if lock.budget:
        yield "memory budget", format_size(lock.budget)
    if lock.stand_ins:
        yield "stand-in base images", ", ".join(lock.stand_ins)
    yield "images together", format_size(sum(image.size or 0 for image in lock.images))


def _deploy(lock: Lock, before: str, digests: Digests) -> str:
    if lock.missing:
        return f"A deploy is refused: there is no image of {', '.join(lock.missing)}."
    if not before:
        return f"No earlier {DEV} is known to compare with: what a deploy would change, `plan-deploy` asks the host."
    changed = [one.service for one in lock.images if one.digest != digests.get(one.service)]
    if not changed:
        return f"A deploy would change nothing against {before}."
    return f"A deploy would change {len(changed)} of {len(lock.images)} against {before}: {', '.join(changed)}."


def _curve(images: Sequence[Image], limit: int) -> Curve:
    events = list[tuple[float, int]]()
    for image in images:
        if image.began is not None and image.memory:  # one that is reused holds none
            end = max(image.began + image.seconds - ROUNDED, image.began)
            events += [(image.began, image.memory), (end, -image.memory)]
    events.sort()
    held = tuple(accumulate(change for _, change in events))
    return Curve(
        points=tuple((at, amount) for (at, _), amount in zip(events, held, strict=True)),
        limit=limit,
        peak_says=f"reserved at most {format_size(max(held, default=0))}",
        limit_says=f"budget {format_size(limit)}",
    )
