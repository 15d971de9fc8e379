"""Running other programs: the only place that starts a short process."""

import subprocess
from pathlib import Path

from bootstrap.errors import CommandFailed

Argv = tuple[str, ...]


def output(*argv: str, seconds: float = 60) -> str:
    """The command's stdout, stripped; raise `CommandFailed` when it fails, hangs or is not there."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, errors="replace", timeout=seconds, check=False
        )
    except FileNotFoundError:
        raise CommandFailed(argv, f"{argv[0]} is not installed") from None
    except OSError as fault:
        raise CommandFailed(argv, str(fault.strerror)) from None
    except subprocess.TimeoutExpired:
        raise CommandFailed(argv, f"no answer in {seconds:.0f} s") from None
    if done.returncode != 0:
        raise CommandFailed(argv, done.stderr or done.stdout)
    return done.stdout.strip()


def answer(*argv: str, seconds: float = 60) -> str | None:
    """The command's stdout, or None when it failed."""
    try:
        return output(*argv, seconds=seconds)
    except CommandFailed:
        return None


def succeeds(*argv: str, seconds: float = 60) -> bool:
    """Whether the command ends well."""
    return answer(*argv, seconds=seconds) is not None


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"
