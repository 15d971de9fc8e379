"""The digests of the base images: asked for once a run, or kept from a lock."""

from asyncio import gather
from collections.abc import Iterable, Mapping
from typing import Final

import dagger
from dagger import dag

from ci.cause import plain
from ci.errors import InputsError

PLATFORM: Final = dagger.Platform("linux/amd64")  # of the hosts, whatever the laptop is

Bases = Mapping[str, Mapping[str, str]]  # digests, by service and base image


async def digests(wanted: Mapping[str, Iterable[str]], keep: Bases) -> Bases:
    """The digest of each service's base images: the kept one, else today's; no layer is pulled for it.

    Raise `InputsError` with all that cannot be had.
    """
    kept = {name: {image: keep.get(name, {}).get(image, "") for image in images} for name, images in wanted.items()}
    today, faults = dict[str, str](), list[str]()

    async def ask(image: str) -> None:
        try:
            today[image] = (await dag.container(platform=PLATFORM).from_(image).image_ref()).partition("@")[2]
        except dagger.QueryError as fault:
            faults.append(f"the base image {image} cannot be had: {plain(str(fault))}")

    await gather(*map(ask, {image for images in kept.values() for image, digest in images.items() if not digest}))
    InputsError.unless_none(sorted(faults))
    return {name: {image: digest or today[image] for image, digest in images.items()} for name, images in kept.items()}
