"""The one line of a failed build that says why."""

import re
from typing import Final

# From the most telling to the least: a compiler's own error, a package manager's, anything that calls itself one.
TELLING: Final = (
    r"\berror (?:CS|MSB|NETSDK|NU|TS|FS)\d+",
    r"^(?:\./)?\S+:\d+:\d+$|Type error:|Module not found|SyntaxError",
    r"^npm (?:error|ERR!) (?!code\b|errno\b|A complete log)",
    r"(?i)\berror\b[: ]|\bfatal\b|\bfailed\b|not found",
)
TRACE: Final = re.compile(r"\s*\[traceparent:[^\]]*\]")
NO: Final = re.compile(r"request to \S+: (40[134])\b")
COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def cause_of(output: str, error: str) -> str:
    """The telling line of a step's `output`; without one, the engine's own `error`.

    The project's path that MSBuild adds at the end is left out.
    """
    lines = [line for raw in COLOUR.sub("", output).splitlines() if (line := raw.strip())]
    if telling := next((line for pattern in TELLING for line in lines if re.search(pattern, line)), ""):
        return re.sub(r" \[/[^\]]+\]$", "", telling)
    return lines[-1] if lines else plain(error)


def refusal_of(error: str) -> int | None:
    """The status of a registry's no in an engine's `error`; it tells it nowhere else."""
    found = NO.search(error)
    return int(found[1]) if found else None


def plain(error: str) -> str:
    """An engine's error on one line, without its trace suffix."""
    return " ".join(TRACE.sub("", error).split())
