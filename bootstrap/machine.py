"""What this machine is, and why it may not do."""

import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bootstrap.command import answer
from bootstrap.settings import Settings

GIGABYTE = 1_000_000_000
FIRST_DISK = 15 * GIGABYTE
LATER_DISK = 3 * GIGABYTE
NEEDED_GO = (1, 26, 1)
NEEDED_NODE = 20
CAP_SYS_RESOURCE = 24
SYSTEMS = {"darwin": "macOS", "windows": "Windows without WSL"}
PACKAGES = {
    "docker": "docker.io",
    "dockerd": "docker.io",
    "debootstrap": "debootstrap",
    "skopeo": "skopeo",
    "iptables": "iptables",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Facts that decide whether an engine can be built here."""

    system: str
    cpu: str
    root: bool
    docker: bool
    docker_host: str  # DOCKER_HOST: a daemon of ours would not be asked
    debian: bool
    cache: Path
    free: int
    go: str
    node: str
    npm: str
    missing: tuple[str, ...]  # Debian packages


def read(settings: Settings, *, docker: bool) -> Machine:
    """The facts of this machine."""
    return Machine(
        system=system(),
        cpu=architecture(),
        root=os.geteuid() == 0,
        docker=docker,
        docker_host=settings.docker_host,
        debian=Path("/etc/debian_version").exists(),
        cache=settings.cache,
        free=free_disk(settings.cache),
        go=answer("env", "GOTOOLCHAIN=local", "go", "env", "GOVERSION") or "",
        node=answer("node", "--version") or "",
        npm=answer("npm", "--version") or "",
        missing=tuple(
            dict.fromkeys(
                package
                for program, package in PACKAGES.items()
                if not shutil.which(program) and not (docker and program in {"dockerd", "iptables"})
            )
        ),
    )


def refusals(machine: Machine, *, first: bool) -> Iterator[str]:
    """Why nothing can be built here, a sentence each; a first build needs more disk."""
    if machine.system != "linux":
        here = SYSTEMS.get(machine.system, machine.system)
        yield (
            f"a local engine is compiled on Linux alone, and this is {here}: start Docker, in which the official "
            "engine runs, or put a dagger with an engine on PATH"
        )
        return
    needed = FIRST_DISK if first else LATER_DISK
    if machine.cpu not in {"amd64", "arm64"}:
        yield f"this CPU is {machine.cpu}: the engine runs on amd64 and arm64"
    if not machine.root and not machine.docker:
        yield "neither root nor access to Docker: run it with sudo, or add this user to the group docker"
    elif not machine.root:
        yield (
            "base images are made by debootstrap, which needs root once: "
            f"run sudo env DAGGERW_CACHE={machine.cache} ./daggerw up"
        )
    elif not machine.docker and machine.docker_host:
        yield f"no Docker answers at DOCKER_HOST={machine.docker_host}: start it, or unset DOCKER_HOST"
    if machine.free < needed:
        yield (
            f"{needed // GIGABYTE} GB of disk are needed and {machine.free / GIGABYTE:.1f} GB are free: "
            "free some, or set DAGGERW_CACHE to a folder on a larger disk"
        )
    if not machine.debian and machine.missing:
        yield f"this is not Debian: install {', '.join(machine.missing)} by hand and run it again"
    if _numbers(machine.go) < NEEDED_GO:
        yield f"Go {_dotted(NEEDED_GO)} or newer is needed and {machine.go or 'none'} is here: see https://go.dev/dl"
    if not machine.node or not machine.npm or _numbers(machine.node) < (NEEDED_NODE,):
        yield (
            f"Node {NEEDED_NODE} or newer with npm is needed and {machine.node or 'none'} is here: "
            "install the packages nodejs and npm"
        )


def system() -> str:
    """The operating system in Go's word."""
    return platform.system().lower()


def architecture() -> str:
    """The CPU in Go's and Docker's word."""
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def free_disk(folder: Path) -> int:
    """Bytes free where the folder is or would be."""
    for parent in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(parent).free
    return 0


def can_be_privileged(status: str) -> bool:
    """Whether `docker run --privileged` can work, from /proc/self/status: Docker refuses it without this capability."""
    bounding = re.search(r"^CapBnd:\s*([0-9a-f]+)", status, re.MULTILINE)
    return bool(bounding and int(bounding[1], 16) >> CAP_SYS_RESOURCE & 1)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
