"""Programs from npm for tests: installed once into the cache, from their lock file."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bootstrap import settings

_INSTALL: Final = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")


def installed(project: Path) -> Path:
    """A copy of the folder with its node_modules; built beside its place and renamed, so that two runs do not meet."""
    cache = settings.read(os.environ).cache / "made"
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(project.iterdir()))).hexdigest()[:12]
    place = cache / f"npm-{project.name}-{key}"
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=cache) as folder:
            built = shutil.copytree(project, Path(folder, project.name))
            subprocess.run(_INSTALL, cwd=built, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # of our own
            if not place.exists():
                built.rename(place)
    return place
