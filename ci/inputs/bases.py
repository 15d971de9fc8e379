"""The images that a Dockerfile stands on, where it names them, and the same text with their digests in it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from ci.errors import InputsError

# Behind FROM or behind --from= and from=; before the next word, option or continuation.
_PLACE: Final = r"(?:(?<=\s)|(?<=(?i:from)=)){}(?![^\s,\"'\\`])"


@frozen(kw_only=True)
class Base:
    """A word that names an image or a stage to stand on or to copy from."""

    image: str  # its variables replaced
    written: str
    line: int  # of the instruction
    last: int


def pinned(path: str, text: str, bases: Iterable[Base], digests: Mapping[str, str]) -> str:
    """The text, each image with its digest behind its name; lines stay where they are."""
    lines = text.split("\n")
    for base in bases:
        if "@" in base.image:
            continue
        taken = slice(base.line - 1, base.last)
        whole = f"{base.image}@{digests[base.image]}"
        told, found = re.subn(_PLACE.format(re.escape(base.written)), lambda _: whole, "\n".join(lines[taken]), count=1)  # noqa: B023
        if not found:
            raise InputsError(f"{path}:{base.line}: {base.image} is not in one piece; write its name without a break")
        lines[taken] = told.split("\n")
    return "\n".join(lines)
