"""The local engine's container: how it is started, and what it trusts."""

import json
import shutil
import socket
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

STATUS = Path("/proc/self/status")  # of Linux
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
# Why: an engine keeps all that it knows in memory. At Go's own pace half of its time goes into looking through that,
# again and again; below the limit it looks a quarter as often.
COLLECTION: Argv = ("--env", "GOGC=400", "--env", "GOMEMLIMIT=1500MiB")
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
        *("--volume", f"{_socket(settings).parent}:/run/dagger"),
        *("--volume", f"{content}:/usr/local/share/dagger/content:ro"),
        *COLLECTION,
        *("--env", f"DAGGER_GO_SDK_MANIFEST_DIGEST={digests['go-sdk']}"),
        *("--env", f"DAGGER_PYTHON_SDK_MANIFEST_DIGEST={digests['python-sdk']}"),
    )


def address(settings: Settings) -> str:
    """Where the CLI reaches the engine: its socket, else by `docker exec`, which costs a call a second more.

    A socket is out of reach where Docker runs on another machine or in a VM, and for who is not root.
    """
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(_socket(settings)))
        except OSError:
            return f"docker-container://{settings.container}"
    return f"unix://{_socket(settings)}"


def privileged() -> bool:
    """Whether Docker lets a container be privileged here; without /proc it runs in a machine of its own, and does."""
    return not STATUS.exists() or can_be_privileged(STATUS.read_text())


def _socket(settings: Settings) -> Path:
    return settings.own / "run" / "engine.sock"


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
