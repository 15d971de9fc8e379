"""Base images that a test puts into the mirror, under names of its own."""

import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

from ci.stand_ins import LABEL
from tests.support.registry import Place
from tests.support.registry.docker import docker


@contextmanager
def base_image(place: Place, name: str) -> Iterator[Callable[[str], None]]:
    """A function that pushes NAME:1, an image of one file with the given content; the mirror loses it at the end."""
    reference = _in_mirror(place, f"library/{name}:1")

    def push(content: str) -> None:
        _docker(_archive(content), "import", "-", reference)
        _push(reference)

    try:
        yield push
    finally:
        _forget(place, f"library/{name}")


@contextmanager
def official_python(place: Place, name: str, more: str = "") -> Iterator[str]:
    """NAME:1, the mirror's Python less the label of stand-ins, with more lines; the mirror loses it at the end."""
    with official(place, "library/python:3.11-slim", f"library/{name}:1", more):
        yield f"{name}:1"


@contextmanager
def official(place: Place, image: str, new: str, more: str = "") -> Iterator[None]:
    """An image of the mirror without the label of stand-ins, under a new name; the mirror loses it at the end."""
    reference = _in_mirror(place, new)
    dockerfile = f'FROM {_in_mirror(place, image)}\nLABEL {LABEL}=""\n{more}'
    _docker(dockerfile.encode(), "build", "--quiet", "--tag", reference, "-")
    _push(reference)
    try:
        yield
    finally:
        _forget(place, new.rpartition(":")[0])


def _in_mirror(place: Place, image: str) -> str:
    return f"{place.python_image().partition('/')[0]}/{image}"


def _docker(stdin: bytes, *arguments: str) -> None:
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}  # Debian's Docker has no buildx
    subprocess.run(("docker", *arguments), input=stdin, env=environment, check=True, capture_output=True)  # noqa: S603, S607


def _push(reference: str) -> None:
    docker("push", "--quiet", reference)
    docker("rmi", reference)


def _forget(place: Place, name: str) -> None:
    docker("exec", place.mirror, "rm", "-rf", f"/data/docker/registry/v2/repositories/{name}")


def _archive(content: str) -> bytes:
    """A tar archive with the file `base`."""
    written = BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("base")
        member.size = len(content)
        archive.addfile(member, BytesIO(content.encode()))
    return written.getvalue()
