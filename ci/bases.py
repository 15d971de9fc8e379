"""The digests of the base images: asked for once a run, or kept from a lock."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import anyio
import dagger
from dagger import dag

from ci.cause import plain
from ci.errors import InputsError
from ci.progress import say

PLATFORM: Final = dagger.Platform("linux/amd64")  # of the hosts, whatever the laptop is
LOOK_UP_SECONDS: Final = 60

Bases = Mapping[str, Mapping[str, str]]  # digests, by service and base image


Known = Callable[[str], Awaitable[tuple[str, str]]]  # of an image: a digest that it had and who says so, or nothing


def pinned(image: str, digest: str) -> str:
    """The reference of an image by its digest, which it may have already."""
    return image if "@" in image else f"{image}@{digest}"


async def digests(wanted: Mapping[str, Iterable[str]], keep: Bases, known: Known | None = None) -> Bases:
    """The digest of each service's base images: the kept one, else today's; no layer is pulled for it.

    Where today's cannot be looked up it is the `known` one. Raise `InputsError` with all that cannot be had.
    """
    kept = {name: {image: keep.get(name, {}).get(image, "") for image in images} for name, images in wanted.items()}
    today, faults = dict[str, str](), list[str]()

    async def ask(image: str) -> None:
        try:
            with anyio.fail_after(LOOK_UP_SECONDS):
                today[image] = (await dag.container(platform=PLATFORM).from_(image).image_ref()).partition("@")[2]
        except (dagger.QueryError, TimeoutError) as fault:
            cause = plain(str(fault)) or f"no answer within {LOOK_UP_SECONDS} s"
            digest, whose = await known(image) if known else ("", "")
            if digest:
                today[image] = digest
                say(f"{image} cannot be looked up ({cause}); the one of {whose} is kept")
            else:
                faults.append(f"the base image {image} cannot be had: {cause}")

    await gather(*map(ask, {image for images in kept.values() for image, digest in images.items() if not digest}))
    InputsError.unless_none(sorted(faults))
    return {name: {image: digest or today[image] for image, digest in images.items()} for name, images in kept.items()}
