"""What the engine prints for itself and no person reads, taken out in one place."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_COLOURS: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SECTION: Final = "▼ "  # what follows was said by this step
_OURS: Final = "▼ OisCfa."
_ERROR: Final = "Error: "  # what follows is the call's
_NOISE: Final = re.compile(
    r"""
      user\ default:                           # where each argument came from, several times
    | daggerw:\ \w+\ engine                    # which engine was chosen
    | ┆                                        # the arguments of a call
    | .*WARN\ failed\ to\ parse\ git\ remote   # a clone of a folder
    | $
    """,
    re.VERBOSE,
)
_TRACE: Final = re.compile(r" \[traceparent:[0-9a-f-]+\]$")


def readable(stderr: Iterable[str]) -> Iterator[str]:
    """The lines of a call's stderr that a person reads: the pipeline's own and its error, not what build steps say."""
    ours, failed = True, False
    for line in map(plain, stderr):
        failed = failed or line.startswith(_ERROR)
        if line.startswith(_SECTION):
            ours = line.startswith(_OURS)
        elif failed or (ours and not _NOISE.match(line)):
            yield line


def plain(line: str) -> str:
    """A line without colours, and without the engine's number of the call."""
    return _TRACE.sub("", _COLOURS.sub("", line).rstrip())
