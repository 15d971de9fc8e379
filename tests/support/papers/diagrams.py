"""Mermaid's own parser, installed once into the cache from its lock file."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PROJECT: Final = Path(__file__).with_name("mermaid")
CACHE: Final = Path(os.environ.get("DAGGERW_CACHE") or Path.home() / ".cache/ois-cfa")
INSTALL: Final = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")


def faults_of(diagrams: Sequence[str]) -> list[str]:
    """What the parser says of each diagram; empty for a good one."""
    done = subprocess.run(  # noqa: S603  # of our own
        ("node", str(_installed() / "parse.mjs")),  # noqa: S607
        input=json.dumps(diagrams),
        capture_output=True,
        text=True,
        check=True,
    )
    return [str(fault) for fault in json.loads(done.stdout)]


def _installed() -> Path:
    """The folder with the parser; built beside its place and renamed, so that two runs do not meet."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(PROJECT.iterdir()))).hexdigest()[:12]
    place = CACHE / f"mermaid-{key}"
    if not place.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as folder:
            built = shutil.copytree(PROJECT, Path(folder, "mermaid"))
            subprocess.run(INSTALL, cwd=built, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # of our own
            if not place.exists():
                built.rename(place)
    return place
