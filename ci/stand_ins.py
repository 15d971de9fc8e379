"""Images that `./daggerw` made in place of real ones: no other machine can make what is built on them."""

import sys
from asyncio import gather
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from dagger import dag

from ci.bases import PLATFORM
from ci.errors import StandInRefused
from ci.workspace import Prepared

LABEL: Final = "ois-cfa.stand-in"  # of each of them: bootstrap/mirror.py writes it


async def stand_ins(references: Iterable[str]) -> frozenset[str]:
    """Those of these images that have the label; no layer is pulled for it."""
    names = sorted(set(references))
    labels = await gather(*(dag.container(platform=PLATFORM).from_(name).label(LABEL) for name in names))
    return frozenset(name for name, label in zip(names, labels, strict=True) if label)


async def below(prepared: Sequence[Prepared]) -> Mapping[str, tuple[str, ...]]:
    """The base images of each service that stand in for real ones, by the service's name."""
    bases = {
        one.service.name: {f"{name}@{digest}": name for name, digest in one.origin.bases.items()} for one in prepared
    }
    made = await stand_ins(reference for references in bases.values() for reference in references)
    return {
        service: tuple(name for reference, name in references.items() if reference in made)
        for service, references in bases.items()
    }


def refuse(names: Iterable[str], *, allowed: bool) -> None:
    """Raise `StandInRefused` where there is a stand-in, or print which there are when they are allowed."""
    if known := sorted(set(names)):
        said = f"{', '.join(known)} came from this engine's own mirror, which has home-made images under real names"
        if not allowed:
            raise StandInRefused(
                f"{said}: no other machine can make what stands on them, so it is kept in no registry and on no host; "
                "use an engine that pulls real images, or pass --allow-stand-ins before the function"
            )
        print(f"{said}: --allow-stand-ins takes them", file=sys.stderr, flush=True)
