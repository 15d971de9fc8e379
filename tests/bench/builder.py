"""What a team would use instead: Debian's Docker with buildx in a container, on the same Dockerfiles and registry."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import evolve, frozen

from bootstrap import mirror
from bootstrap.launch import BUILD_ARGS
from bootstrap.recipes import AUTHORITIES
from ci.catalogue import Service, load
from ci.inputs.inputs import read
from ci.workspace import CATALOGUE, parse_args
from tests.support.host import Host, docker_host
from tests.support.registry import PUSHER, Authority, LiveRegistry, Place
from tests.support.registry.accounts import PROJECT
from tests.support.registry.docker import docker
from tests.support.repository import ROOT
from tests.support.waiting import until

WORK: Final = "/work"
PLANS: Final = "/plans"
TRUSTING: Final = "bench"
DAEMON: Final = {
    "features": {"containerd-snapshotter": True},  # without it a registry takes no cache of a build
    "registry-mirrors": [f"http://{mirror.ALIAS}"],
    "insecure-registries": [mirror.ALIAS],
}
GONE_SECONDS: Final = 60
PUT_ASIDE: Final = """
aside=$(mktemp --directory /var/lib/docker/forgotten.XXXX)
find /var/lib/docker -mindepth 1 -maxdepth 1 ! -name 'forgotten.*' -exec mv --target-directory "$aside" {} +
daemons
"""


@frozen(kw_only=True)
class Builder:
    """`host` has the Docker, `registry` takes the images; `bases` are the mirror's repositories of base images."""

    host: Host
    registry: str
    bases: frozenset[str]

    def take(self, root: Path) -> None:
        """Have the sample of a repository, as a job's checkout has it."""
        self.host.run("rm", "-rf", WORK)
        docker("cp", f"{root}/sample/.", f"{self.host.name}:{WORK}")
        services = _services(root)
        for name, cached in (("plain", False), ("cached", True)):
            self.host.write(f"{PLANS}/{name}.json", json.dumps(self._bake(root / "sample", services, cached=cached)))
        self.host.write(f"{PLANS}/one-by-one", "set -e\n" + "\n".join(self._one_by_one(root / "sample", services)))

    def forget(self) -> None:
        """Be a Docker that has nothing; what it had is put aside, for the file system is slow after a deletion."""
        self.host.sh("pkill -x dockerd || true")
        until(lambda: not self.host.sh("pgrep -x 'dockerd|containerd' || true"), GONE_SECONDS, "its dockerd stays")
        self.host.sh(PUT_ASIDE)
        self.host.wait_until_ready()
        self.host.sh(f"echo '{PUSHER.password}' | docker login -u {PUSHER.user} --password-stdin {self.registry}")

    def bake(self) -> None:
        """All services at once, pushed; what was built here before is not built again."""
        self._run(f"cd {WORK} && docker buildx bake --push --file {PLANS}/plain.json")

    def bake_cached(self) -> None:
        """As `bake`, with a cache of every stage in the registry, read and written."""
        self._run(f"cd {WORK} && docker buildx bake --push --file {PLANS}/cached.json")

    def one_by_one(self) -> None:
        """Each service built and pushed, then the next."""
        self._run(f"cd {WORK} && sh {PLANS}/one-by-one")

    def _bake(self, root: Path, services: Sequence[Service], *, cached: bool) -> Mapping[str, Any]:
        return {
            "group": {"default": {"targets": [one.name for one in services]}},
            "target": {one.name: self._target(root, one, cached=cached) for one in services},
        }

    def _target(self, root: Path, service: Service, *, cached: bool) -> Mapping[str, Any]:
        image = f"{self.registry}/{PROJECT}/{'cached' if cached else 'baked'}/{service.name}"
        cache = f"type=registry,ref={image}:cache"
        return {
            "context": service.context,
            "dockerfile": service.dockerfile,
            "tags": [f"{image}:bench"],
            "args": _args(root, service),
            "contexts": _bases(root, service),
            "network": "host",
            **({"cache-from": [cache], "cache-to": [f"{cache},mode=max"]} if cached else {}),
        }

    def _one_by_one(self, root: Path, services: Sequence[Service]) -> Iterator[str]:
        for one in services:
            image = f"{self.registry}/{PROJECT}/former/{one.name}:bench"
            bases = (f"--build-context {name}={where}" for name, where in _bases(root, one).items())
            args = (f"--build-arg {name}={value}" for name, value in _args(root, one).items())
            told = " ".join((*bases, *args, "--tag", image, "--file", one.dockerfile, one.context))
            yield f"docker build --network host {told}"
            yield f"docker push --quiet {image}"

    def _run(self, script: str) -> None:
        command = ("docker", "exec", self.host.name, "sh", "-ec", script)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # of our own
        assert done.returncode == 0, f"{script}: {done.returncode}\n{done.stdout}\n{done.stderr}"


@contextmanager
def builder(place: Place, authority: Authority, registry: LiveRegistry) -> Iterator[Builder]:
    """Start it; it is gone at the end."""
    with docker_host(place, authority) as host:
        paths = _paths(ROOT)
        for path in sorted(paths):
            _trusting(path)
        repositories = {path.rpartition(":")[0] for path in paths}
        bases = frozenset(repositories | {f"{TRUSTING}/{path}" for path in repositories})
        made = Builder(host=host, registry=registry.address, bases=bases)
        host.sh("apt-get -qq update && apt-get install -qq --yes --no-install-recommends docker-buildx")
        told = json.loads(host.read("/etc/docker/daemon.json"))
        host.write("/etc/docker/daemon.json", json.dumps({**told, **DAEMON}))
        made.forget()
        yield made


def _services(root: Path) -> tuple[Service, ...]:
    """Those of the catalogue, with the build arguments of every local call."""
    args = parse_args(BUILD_ARGS)
    catalogue = load((root / CATALOGUE).read_text(encoding="utf-8"))
    return tuple(evolve(one, args={**one.args, **args}) for one in catalogue.services)


def _paths(root: Path) -> set[str]:
    """Where the mirror has the base images of all services."""
    named = (read(root / "sample", one)[0].bases for one in _services(root))
    return {_path(name.split("/")) for bases in named for name in bases}


def _trusting(path: str) -> None:
    """Put a base image into the mirror once more, with this machine's authorities, which the engine adds by itself."""
    name = f"{mirror.HOST}/{TRUSTING}/{path}"
    with TemporaryDirectory() as context:
        shutil.copy(AUTHORITIES, context)
        Path(context, "Dockerfile").write_text(
            f"FROM {mirror.HOST}/{path}\nCOPY {AUTHORITIES.name} {AUTHORITIES}\n", encoding="utf-8"
        )
        build = ("docker", "build", "--quiet", "--tag", name, context)
        subprocess.run(build, env={**os.environ, "DOCKER_BUILDKIT": "0"}, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    docker("push", "--quiet", name)
    docker("rmi", "--no-prune", name)


def _args(root: Path, service: Service) -> Mapping[str, str]:
    """The build arguments that its Dockerfile declares."""
    dockerfile, _ = read(root, service)
    return {name: value for name, value in service.args.items() if name in dockerfile.args}


def _bases(root: Path, service: Service) -> Mapping[str, str]:
    """The base images by their names, from the mirror from which the engine has them too."""
    dockerfile, _ = read(root, service)
    return {name: f"docker-image://{mirror.ALIAS}/{TRUSTING}/{_path(name.split('/'))}" for name in dockerfile.bases}


def _path(parts: Sequence[str]) -> str:
    """Where the mirror has an image: a name without a host is of Docker's library."""
    return "/".join(parts[1:] if "." in parts[0] else ("library", *parts))
