"""When and from which commit a page was written that a run of this repository writes."""

import subprocess
from datetime import UTC, datetime
from typing import Final

from tests.support.repository import ROOT

WRITTEN: Final = ("docs/benchmarks*", "docs/reliability.md")  # what such runs change themselves


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def commit() -> str:
    """The commit that ran, with `-dirty` when more than those pages had changed."""
    changed = _git("status", "--porcelain", "--", ".", *(f":(exclude){pages}" for pages in WRITTEN))
    return _git("rev-parse", "--short=8", "HEAD") + ("-dirty" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return done.stdout.strip()
