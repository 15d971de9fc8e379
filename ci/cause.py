"""The one line of a failed build that says why."""

import re
from itertools import pairwise
from typing import Final

PLACE: Final = r"^(?:\./)?\S+:\d+:\d+$"  # a line of its own, before what is wrong there
KILLED: Final = 137  # the exit code of what SIGKILL ended
KILLED_LINE: Final = r"^Killed$|^npm (?:error|ERR!) signal SIGKILL$"
# From the most telling to the least: a compiler's own error, a package manager's, anything that calls itself one.
TELLING: Final = (
    r"\berror (?:CS|MSB|NETSDK|NU|TS|FS)\d+",
    rf"{PLACE}|Type error:|Module not found|SyntaxError",
    r"\bERR_PNPM_\w+",
    r"^npm (?:error|ERR!) (?!code\b|errno\b|A complete log)",
    r"(?i)\berror\b[: ]|\bfatal\b|\bfailed\b|not found",
)
TRACE: Final = re.compile(r"\s*\[traceparent:[^\]]*\]")
NO: Final = re.compile(r"request to \S+: (40[134])\b")
COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def cause_of(output: str, error: str, code: int) -> str:
    """The telling line of the `output` of a step that ended with `code`; without one, the engine's own `error`.

    The project's path that MSBuild adds at the end is left out.
    """
    lines = lines_of(output)
    if code == KILLED or any(re.search(KILLED_LINE, line) for line in lines):
        return "killed, most likely for lack of memory: try --memory with less, so that fewer builds run at once"
    pairs = tuple(pairwise([*lines, ""]))
    if telling := next((pair for pattern in TELLING for pair in pairs if re.search(pattern, pair[0])), None):
        line, after = telling
        return f"{line} {after}".strip() if re.search(PLACE, line) else re.sub(r" \[/[^\]]+\]$", "", line)
    return lines[-1] if lines else plain(error)


def lines_of(output: str) -> list[str]:
    """The lines that say anything, without colours."""
    return [line for raw in COLOUR.sub("", output).splitlines() if (line := raw.strip())]


def refusal_of(error: str) -> int | None:
    """The status of a registry's no in an engine's `error`; it tells it nowhere else."""
    found = NO.search(error)
    return int(found[1]) if found else None


def plain(error: str) -> str:
    """An engine's error on one line, without its trace suffix."""
    return " ".join(TRACE.sub("", error).split())
