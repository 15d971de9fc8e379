"""A case laid out as its inputs alone, and what a build of it left."""

from collections.abc import Mapping
from pathlib import Path

from ci.bases import digests, pinned
from ci.inputs.inputs import Inputs, collect, lay_out, read
from tests.support.copies import Case


async def lay_out_alone(case: Case, whole: Path, alone: Path) -> Inputs:
    """Lay the inputs out beside the context; raise `InputsError`."""
    inputs = collect(whole, case.service, *read(whole, case.service))
    bases = await digests({case.service.name: inputs.dockerfile.bases}, {})
    lay_out(inputs, alone, {image: pinned(image, digest) for image, digest in bases[case.service.name].items()})
    return inputs


def seen(folder: Path) -> Mapping[str, str]:
    """What is in a folder, by path: links by their target, files by their text and whether they can be run."""
    return {path.relative_to(folder).as_posix(): _content(path) for path in sorted(folder.rglob("*"))}


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if path.is_dir():
        return "/"
    return ("* " if path.stat().st_mode & 0o100 else "") + path.read_text(encoding="utf-8")
