"""The one line of a failed build that says why."""

import re
from itertools import pairwise
from typing import Final

PLACE: Final = r"^(?:\./)?\S+:\d+:\d+$"  # a line of its own, before what is wrong there
KILLED: Final = 137  # the exit code of what SIGKILL ended
KILLED_LINE: Final = r"^Killed$|^npm (?:error|ERR!) signal SIGKILL$"
# What npm says about itself and not about a fault.
_NPM: Final = r"(?!code\b|errno\b|path\b|command\b|workspace\b|location\b|syscall\b|Lifecycle script\b|A complete log)"
# From the most telling to the least: what ends any build, a compiler's own error, a package manager's, anything that
# calls itself one.
TELLING: Final = (
    r"No space left on device|heap out of memory|exec format error",
    r"\berror (?:CS|MSB|NETSDK|NU|TS|FS)\d+",
    rf"{PLACE}|^\d+:\d+\s+Error:|Type error:|Module not found|SyntaxError|^\[ERROR\] /\S+:\[\d+|^\S+\.go:\d+:\d+: ",
    r"\bERR_PNPM_\w+|\bYN00(?:01|02|09|28|80)\b",
    rf"^npm (?:error|ERR!) {_NPM}",
    r"^E: |can't cd to|No such file or directory|Invalid environment variables",
    r"(?i)\berror\b[: ]|\bfatal\b|\bfailed\b|not found",
)
# What to do, where a line has one cause.
ADVICE: Final = (
    (r"No space left on device", "free the engine's disk: `dagger core engine local-cache prune`"),
    (r"heap out of memory", "set NODE_OPTIONS=--max-old-space-size=MB for that RUN"),
    (r"exec format error", "this is a program for another platform than linux/amd64"),
    (r"`npm ci` can only install|package-lock\.json.* in sync", "run npm install and commit package-lock.json"),
    (r"ERR_PNPM_OUTDATED_LOCKFILE", "run pnpm install and commit pnpm-lock.yaml"),
    (r"YN0028|Your lockfile needs to be updated", "run yarn install and commit yarn.lock"),
    (r"\bNU1004\b", "run dotnet restore and commit packages.lock.json"),
    (
        r"NU1301.*\b40[13]\b|E401|Incorrect or missing password",
        "a build has no login: make the feed readable without one",
    ),
    (r"EAI_AGAIN|Temporary failure|Name or service not known", "the build has no network, or no name server"),
    (r"NETSDK1045", "take a newer SDK image"),
    (r"\bgit: (?:command )?not found", "no build needs git: take the version from IMAGE_REF or a file"),
    (r"\\r'?: No such file", "the script has Windows line ends: save it with LF"),
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
        line = f"{line} {after}".strip() if re.search(PLACE, line) else re.sub(r" \[/[^\]]+\]$", "", line)
        return with_advice(line)
    return lines[-1] if lines else with_advice(plain(error))


def with_advice(line: str) -> str:
    """A cause, and what to do where that is known."""
    return next((f"{line}; {what}" for pattern, what in ADVICE if re.search(pattern, line)), line)


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
