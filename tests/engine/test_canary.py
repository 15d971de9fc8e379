"""The registry's password is seen by nobody but the registry."""

import gzip
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.engine.conftest import TinyCli
from tests.support.pipeline import told
from tests.support.registry import PUSHER, LiveRegistry
from tests.support.registry.docker import docker, logs
from tests.support.waiting import until
from tests.support.watching import watching

CANARY: Final = PUSHER.password.encode()
STATE: Final = "/var/lib/dagger"
EVERY_SECONDS: Final = 0.02


def test_no_output_process_log_layer_or_state_has_the_password(tiny_cli: TinyCli, registry: LiveRegistry) -> None:
    repository, pipeline = tiny_cli
    repository.service("one", f"FROM debian:bookworm-slim\nCOPY file /\nRUN env; echo {repository.seed}\n")
    running = pipeline.start("publish-all", "--tag", "ca00000", DAGGER_PROGRESS="plain")
    with watched(running.pid) as seen:
        stdout, stderr = running.communicate(timeout=300)
    assert running.returncode == 0, stderr
    assert PUSHER.password not in stdout + stderr
    assert not seen, seen
    assert PUSHER.password not in logs("ois-test-engine")
    for name in ("group/project/one", "group/project/ci/lock"):
        assert [digest for digest, content in content_of(registry, name, "ca00000") if CANARY in content] == []
    found = docker(
        *("exec", "ois-test-engine", "sh", "-c"),
        f'find {STATE} -name snapshots -prune -o -type f -mmin -10 -exec grep -l "$0" {{}} + || true',
        PUSHER.password,
    )
    assert found == ""


def test_a_refused_login_does_not_show_it(tiny_cli: TinyCli) -> None:
    repository, pipeline = tiny_cli
    repository.service("one", "FROM scratch\nCOPY file /\n")
    refused = pipeline.call("publish-all", CI_REGISTRY_PASSWORD="canary-wrong-1", DAGGER_PROGRESS="logs")
    assert refused.returncode == 1, told(refused)
    assert "canary-wrong-1" not in refused.stderr


def test_the_watch_sees_a_password_in_argv() -> None:
    with watched(0) as seen, subprocess.Popen(("cat", "-", PUSHER.password), stdin=subprocess.PIPE) as careless:  # noqa: S603, S607
        until(lambda: seen, 30, "the watch sees nothing")
        careless.kill()


@contextmanager
def watched(caller: int) -> Iterator[set[str]]:
    """Processes of this machine that bear the password in argv; in the environment only the caller's own may."""
    seen = set[str]()

    def look() -> None:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                names = ("cmdline",) if descends(folder, caller) else ("cmdline", "environ")
                if any(CANARY in (folder / name).read_bytes() for name in names):
                    seen.add((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))

    with watching(look, EVERY_SECONDS):
        yield seen


def descends(process: Path, caller: int) -> bool:
    """Whether a process is the caller or was started by it, at whatever remove."""
    while process.name not in {"0", "1"}:
        if process.name == str(caller):
            return True
        process = process.with_name((process / "stat").read_text().rpartition(")")[2].split()[1])
    return False


def content_of(registry: LiveRegistry, name: str, tag: str) -> Iterator[tuple[str, bytes]]:
    """The manifest, the configuration and each layer, unpacked."""
    manifest = registry.manifest(name, tag)
    assert manifest
    yield "manifest", manifest.content
    for blob in (manifest.json()["config"], *manifest.json()["layers"]):
        content = registry.store.blob(name, blob["digest"])
        yield blob["digest"], gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
