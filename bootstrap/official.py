"""The official engine: whether its image can be pulled, and the CLI with its published checksum."""

import hashlib
import json
import tarfile
import time
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bootstrap import docker, web
from bootstrap.choice import Verdict
from bootstrap.engine import privileged
from bootstrap.errors import BootstrapError
from bootstrap.machine import architecture, system
from bootstrap.settings import Settings
from bootstrap.up import say

ASK_SECONDS = 3
DOWNLOAD_SECONDS = 300
BELIEVED_SECONDS = 5 * 60


def verdict(settings: Settings) -> Verdict:
    """Whether the official engine can run here; what its registry said is believed for some minutes."""
    if not docker.answers():
        return Verdict(works=False, why="no Docker for the official engine")
    if not settings.forced and not privileged():
        return Verdict(works=False, why="Docker may not run the official engine privileged here")
    asked = f"{settings.engine_image}:{settings.version}"
    memory = settings.cache / "official.json"
    remembered = _remembered(memory, asked)
    if remembered and not settings.forced:
        return remembered
    told = ask(settings)
    with suppress(OSError):  # it is asked again where nothing can be kept
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"asked": asked, "at": time.time(), "works": told.works, "why": told.why}))
    return told


def ask(settings: Settings) -> Verdict:
    """Ask the registry for the image's manifest, as a pull would begin."""
    host, _, repository = settings.engine_image.partition("/")
    status = web.within(ASK_SECONDS, lambda: web.manifest_status(host, repository, settings.version, ASK_SECONDS))
    if status is None:
        return Verdict(works=False, why=f"{host} does not answer")
    if status != web.OK:
        return Verdict(works=False, why=f"{host} answers {status} for engine {settings.version}")
    return Verdict(works=True, why=f"{host} has engine {settings.version}")


def cli(settings: Settings) -> Path:
    """The CLI of the pinned version: from the cache, or downloaded and checked."""
    program = settings.cache / "official" / settings.version / "dagger"
    if not program.exists():
        say(f"downloading dagger {settings.version} from {settings.cli_source}, once")
        archive = f"dagger_{settings.version}_{system()}_{architecture()}.tar.gz"
        folder = f"{settings.cli_source}/dagger/releases/{settings.version.removeprefix('v')}"
        _install(_unpacked(_checked(archive, folder), archive), program)
    return program


def published_checksum(checksums: str, archive: str) -> str:
    """The line of checksums.txt that names the archive."""
    for line in checksums.splitlines():
        if line.split()[1:] == [archive]:
            return line.split()[0]
    raise BootstrapError(f"checksums.txt does not name {archive}: this version was not published for this machine")


def _checked(archive: str, folder: str) -> bytes:
    published = web.get(f"{folder}/checksums.txt", DOWNLOAD_SECONDS).decode(errors="replace")
    checksum = published_checksum(published, archive)
    packed = web.get(f"{folder}/{archive}", DOWNLOAD_SECONDS)
    if hashlib.sha256(packed).hexdigest() != checksum:
        raise BootstrapError(f"{folder}/{archive} does not have its published checksum: it was not installed")
    return packed


def _unpacked(packed: bytes, archive: str) -> bytes:
    with suppress(tarfile.TarError, EOFError, KeyError, zlib.error), tarfile.open(fileobj=BytesIO(packed)) as content:
        if member := content.extractfile("dagger"):
            return member.read()
    raise BootstrapError(f"{archive} holds no dagger: it was not installed")


def _install(content: bytes, program: Path) -> None:
    """Write it beside its place, under a name that no other run uses, and rename it."""
    program.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=program.parent) as folder:
        partial = Path(folder, "dagger")
        partial.write_bytes(content)
        partial.chmod(0o755)
        partial.rename(program)


def _remembered(memory: Path, asked: str) -> Verdict | None:
    try:
        told = json.loads(memory.read_text())
        age = time.time() - told["at"]
        if told["asked"] != asked or not 0 <= age < BELIEVED_SECONDS:
            return None
        return Verdict(works=told["works"], why=f"{told['why']}, asked {age / 60:.0f} min ago")
    except (OSError, ValueError, LookupError, TypeError):  # nothing was kept, or a crash cut it short
        return None
