"""What the engine prints for itself and no person reads, taken out in one place."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_COLOURS: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NOISE: Final = re.compile(
    r"""
      user\ default:                # where each argument came from, several times
    | daggerw:\ \w+\ engine         # which engine was chosen
    | [▼▶┆│╰├✘✔●]                    # the tree of calls
    | \d\d:\d\d:\d\d\ (INF|DBG)     # that it connected
    | .*WARN\ failed\ to\ parse\ git\ remote  # a clone of a folder
    """,
    re.VERBOSE,
)


def readable(lines: Iterable[str]) -> Iterator[str]:
    """The lines that a person reads, without colours; of empty ones one between two others."""
    gap = started = False
    for line in (_COLOURS.sub("", each).rstrip() for each in lines):
        if not line:
            gap = started
        elif not _NOISE.match(line):
            if gap:
                yield ""
            yield line
            gap, started = False, True
