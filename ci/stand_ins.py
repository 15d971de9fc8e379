"""Stand-ins: images that `./daggerw` makes in place of official ones, where no registry of those is reachable."""

from asyncio import gather
from collections.abc import Iterable, Sequence
from typing import Final

import anyio
import dagger
from dagger import dag

from ci.bases import PLATFORM
from ci.cause import plain
from ci.errors import InputsError, StandInRefused
from ci.progress import say
from ci.registry import Manifest

LABEL: Final = "ois-cfa.stand-in"  # bootstrap/recipes.py writes it; on manifests of ours it is an annotation
PULL_SECONDS: Final = 600


async def stand_ins(references: Iterable[str]) -> frozenset[str]:
    """The images that carry the label. To read it the engine pulls them, so ask only for what is needed anyway.

    Raise `InputsError` with all that cannot be pulled: nobody knows what they are.
    """
    labelled, faults = set[str](), list[str]()

    async def read_label(name: str) -> None:
        try:
            with anyio.fail_after(PULL_SECONDS):
                if await dag.container(platform=PLATFORM).from_(name).label(LABEL):
                    labelled.add(name)
        except dagger.QueryError as fault:
            faults.append(f"the image {name} cannot be pulled: {plain(str(fault))}")
        except TimeoutError:
            faults.append(f"the image {name} was not pulled within {PULL_SECONDS} s")

    await gather(*map(read_label, set(references)))
    InputsError.unless_none(sorted(faults))
    return frozenset(labelled)


def recorded(manifest: Manifest) -> tuple[str, ...]:
    """The base images of a published image that are stand-ins, as `annotated` wrote them."""
    return tuple(filter(None, manifest.annotations.get(LABEL, "").split(",")))


def annotated(container: dagger.Container, names: Sequence[str]) -> dagger.Container:
    """The container, whose manifest names these stand-ins where there are any."""
    return container.with_annotation(LABEL, ",".join(names)) if names else container


def refuse(names: Iterable[str], *, allowed: bool) -> None:
    """Raise `StandInRefused` where a name is given; where they are allowed, print the names."""
    if not (stand_in_names := sorted(set(names))):
        return
    sentence = f"{', '.join(stand_in_names)}: not the official image, but a stand-in that this machine made"
    if not allowed:
        raise StandInRefused(f"{sentence}. Use the official engine, or pass --allow-stand-ins")
    say(f"{sentence}; --allow-stand-ins accepts it")
