"""A dagger on PATH, with an engine that it can reach."""

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from bootstrap import docker, web
from bootstrap.choice import Verdict
from bootstrap.command import answer
from bootstrap.settings import Settings

REACH_SECONDS = 10


def verdict(settings: Settings) -> Verdict:
    """Whether the user's own dagger can be used as it is."""
    program = shutil.which("dagger")
    if not program:
        return Verdict(works=False, why="no dagger on PATH")
    runner = settings.runner or f"container://dagger-engine-{settings.version}"
    if not reaches(runner):
        return Verdict(works=False, why=f"the dagger on PATH reaches no engine at {runner}")
    version = version_of(answer("dagger", "version", seconds=REACH_SECONDS) or "")
    if version != settings.version:
        return Verdict(works=False, why=f"the dagger on PATH is {version}, not {settings.version}")
    return Verdict(works=True, why=f"{program} {version} reaches {runner}")


def version_of(told: str) -> str:
    """The version in the answer of `dagger version`."""
    found = re.search(r"\bv\d+\.\d+\.\d+\S*", told)
    return found[0] if found else "of no known version"


def reaches(runner: str) -> bool:
    """Whether something listens where the runner host says; what cannot be asked is believed."""
    probe = _PROBES.get(runner.partition("://")[0].partition("+")[0])
    return probe is None or bool(web.within(REACH_SECONDS, lambda: probe(urlsplit(runner))))


def _container(address: SplitResult) -> bool:
    found = docker.containers(address.netloc, seconds=REACH_SECONDS).get(address.netloc)
    return found is not None and found.running


def _image(address: SplitResult) -> bool:
    return docker.has_image(address.netloc + address.path, REACH_SECONDS)


def _tcp(address: SplitResult) -> bool:
    socket.create_connection((address.hostname, address.port or 0), timeout=REACH_SECONDS).close()
    return True


def _unix(address: SplitResult) -> bool:
    return Path(address.path).is_socket()


_PROBES: dict[str, Callable[[SplitResult], bool]] = {
    "container": _container,
    "docker-container": _container,
    "image": _image,
    "docker-image": _image,
    "tcp": _tcp,
    "unix": _unix,
}
