"""The local engine's container: how it is started, and what it trusts."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bootstrap import docker
from bootstrap.command import Argv, answer, succeeds
from bootstrap.errors import BootstrapError
from bootstrap.machine import can_be_privileged
from bootstrap.mirror import ALIAS
from bootstrap.settings import Settings
from bootstrap.workshop import Workshop

HOST_CERTIFICATES = Path("/usr/local/share/ca-certificates")
READY_SECONDS = 90
GIGABYTE = 10**9
CONFIGURATION = {
    # Why: by default the engine wants a fifth of the disk free, and below that drops its whole cache, in mid-build too.
    "gc": {"reservedSpace": 10 * GIGABYTE, "maxUsedSpace": 40 * GIGABYTE, "minFreeSpace": 5 * GIGABYTE},
    "registries": {
        "docker.io": {"mirrors": [ALIAS]},
        "mcr.microsoft.com": {"mirrors": [ALIAS]},
        "quay.io": {"mirrors": [ALIAS]},
        ALIAS: {"http": True},
    },
}
# Why: it makes 128 networks at its start otherwise, each by six programs, while the first call waits for the cores.
ARGUMENTS: Argv = ("--oci-cni-pool-size", "8")
UNPRIVILEGED: Argv = (
    *("--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--security-opt", "systempaths=unconfined", "--cgroupns", "host"),
    *("--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--device-cgroup-rule", "a *:* rwm"),
    *("--init", "--entrypoint", "dagger-engine"),  # the image's own would rearrange these cgroups, which are the host's
)


def certificates(settings: Settings) -> Iterator[Path]:
    """The authorities that the engine and its containers trust beside Debian's."""
    for folder in filter(None, (HOST_CERTIFICATES, settings.certificates)):
        yield from sorted(folder.glob("*.crt"))


def start(shop: Workshop, settings: Settings) -> None:
    """Start the engine on its volume, in place of one from other inputs."""
    docker.ensure_network()
    if docker.containers(settings.container):
        docker.remove(settings.container)
    content = shop.folder("content")
    _write_files(settings)
    options = run_options(settings, content, manifest_digests(content), privileged=privileged())
    shop.run(*docker.run_argv(settings.container, shop.key, options, shop.image("engine")), *ARGUMENTS)


def wait_until_it_listens(container: str) -> None:
    """Return when the engine takes calls, also one that an interrupted run started."""
    deadline = time.monotonic() + READY_SECONDS
    while not succeeds("docker", "exec", container, "test", "-S", "/run/dagger/engine.sock"):
        found = docker.containers(container).get(container)
        if time.monotonic() > deadline or not (found and found.running):
            last = answer("sh", "-c", 'docker logs --tail 20 "$1" 2>&1', "sh", container)
            raise BootstrapError(f"the engine does not listen; the end of docker logs {container}:\n{last}")
        time.sleep(0.3)


def run_options(settings: Settings, content: Path, digests: dict[str, str], *, privileged: bool) -> Argv:
    """The options of `docker run` for the engine."""
    return (
        *(("--privileged",) if privileged else UNPRIVILEGED),
        *("--volume", f"{settings.container}:/var/lib/dagger"),
        *("--volume", f"{settings.own / 'certificates'}:{HOST_CERTIFICATES}:ro"),
        *("--volume", f"{settings.own / 'engine.json'}:/etc/dagger/engine.json:ro"),
        *("--volume", f"{content}:/usr/local/share/dagger/content:ro"),
        *("--env", f"DAGGER_GO_SDK_MANIFEST_DIGEST={digests['go-sdk']}"),
        *("--env", f"DAGGER_PYTHON_SDK_MANIFEST_DIGEST={digests['python-sdk']}"),
    )


def privileged() -> bool:
    """Whether Docker lets a container be privileged here."""
    return can_be_privileged(Path("/proc/self/status").read_text())


def _write_files(settings: Settings) -> None:
    trusted = settings.own / "certificates"
    shutil.rmtree(trusted, ignore_errors=True)
    trusted.mkdir(parents=True)
    for number, certificate in enumerate(certificates(settings)):
        shutil.copy(certificate, trusted / f"{number:02d}-{certificate.name}")
    (settings.own / "engine.json").write_text(json.dumps(CONFIGURATION, indent=2))


def manifest_digests(content: Path) -> dict[str, str]:
    """The manifest of each slot, under which the engine looks for it."""
    index = json.loads((content / "index.json").read_text())
    return {
        manifest["annotations"]["org.opencontainers.image.ref.name"]: manifest["digest"]
        for manifest in index["manifests"]
    }
