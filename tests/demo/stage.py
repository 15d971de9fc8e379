"""What the demo plays on: a clone of this repository that names the test host and registry, and the host itself."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from attrs import frozen

from tests.support.host import Host
from tests.support.registry.docker import docker
from tests.support.repository import Repository, clone

PROGRAM: Final = "sample/services/identity/Program.cs"
COMPOSE: Final = "deploy/docker-compose-at-vps/cfa2"
NAMES: Final = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
WHO: Final = {f"GIT_{name}": "demo" if name.endswith("NAME") else "demo@example.com" for name in NAMES}


@frozen(kw_only=True)
class Stage:
    """`repository` is what the person works in."""

    repository: Repository
    host: Host

    @classmethod
    def set_up(cls, place: Path, host: Host, registry: str) -> "Stage":
        """A clone in which values are not yet committed: the host's address, its key, and the registry."""
        repository = clone(place, umask=0o022)
        stage = cls(repository=repository, host=host)
        stage.edit("services.toml", 'address = "192.0.2.10"', f'address = "{host.address}"')
        stage.edit(f"{COMPOSE}/.env.dev", "registry.gitlab.example.com/ois/cfa", registry)
        stage.edit(f"{COMPOSE}/.env.dev", "PUBLIC_HOST=192.0.2.10", f"PUBLIC_HOST={host.address}")
        repository.append(f"{COMPOSE}/known_hosts", host.known_hosts.decode())
        return stage

    @property
    def root(self) -> Path:
        return self.repository.root

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a piece of a file, which must be there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} no longer has {old}"
        self.repository.write(path, text.replace(old, new))

    def running(self) -> Mapping[str, str]:
        """The image of each container on the host; what does not run says so."""
        containers = self.host.containers().values()
        return {one.name: one.image if one.status == "running" else one.status for one in containers}

    def identities(self) -> Mapping[str, str]:
        """The id of each container on the host."""
        return {one.name: one.id for one in self.host.containers().values()}

    def files(self) -> str:
        """Bytes, time and inode of what no deploy may change."""
        names = "docker-compose.yml .env"
        return self.host.sh(f"cd {self.host.directory}; sha256sum {names}; stat -c '%n %Y %i' {names}")

    def image_of(self, service: str) -> str:
        """What the compose file calls the image of a service that is not ours."""
        told = yaml.safe_load((self.root / COMPOSE / "docker-compose.yml").read_text(encoding="utf-8"))
        return str(told["services"][service]["image"])

    def bring(self, image: str, mirrored: str) -> None:
        """Put an image that the host would pull from elsewhere onto it."""
        docker("pull", "--quiet", mirrored)
        docker("tag", mirrored, image)
        try:
            packed = subprocess.Popen(("docker", "save", image), stdout=subprocess.PIPE)  # noqa: S603, S607
            with packed:
                subprocess.run(  # noqa: S603
                    ("docker", "exec", "--interactive", self.host.name, "docker", "load", "--quiet"),  # noqa: S607
                    stdin=packed.stdout,
                    stdout=subprocess.DEVNULL,
                    check=True,
                )
        finally:
            docker("rmi", "--no-prune", image, mirrored)
