"""Where on this machine the test registry stands: the Docker network, the images, the names."""

import os
from ipaddress import IPv4Address
from pathlib import Path
from secrets import token_hex

from attrs import field, frozen

from tests.support.registry.docker import DockerFailed, docker


def _from(variable: str, default: str) -> str:
    return os.environ.get(variable, default)


@frozen(kw_only=True)
class Place:
    """`mirror` is the running container of base images: its image has the registry, its content has Python."""

    network: str = field(factory=lambda: _from("OIS_TEST_NETWORK", "ois-cfa"))
    mirror: str = field(factory=lambda: _from("OIS_TEST_MIRROR", "ois-cfa-mirror"))
    # A registry that holds nothing yet has a name that is new too: an engine remembers which layers it brought to a
    # name, for as long as its volume lives, and asks to be lent them there.
    registry_host: str = field(factory=lambda: f"registry-{token_hex(3)}.test")
    token_host: str = field(factory=lambda: f"auth-{token_hex(3)}.test")
    port: int = 5443
    keep: Path = field(
        factory=lambda: Path(_from("DAGGERW_CACHE", str(Path.home() / ".cache/ois-cfa"))) / "tests"
    )  # the authority stays here from run to run

    @property
    def registry(self) -> str:
        return f"{self.registry_host}:{self.port}"

    @property
    def token_server(self) -> str:
        return f"{self.token_host}:{self.port}"

    def gateway(self) -> str:
        """The address at which containers of the network reach this machine."""
        address = docker("network", "inspect", self.network, "--format", "{{(index .IPAM.Config 0).Gateway}}")
        return str(IPv4Address(address))

    def registry_image(self) -> str:
        return self._of_mirror("inspect", "--format", "{{.Config.Image}}", self.mirror)

    def python_image(self) -> str:
        published = self._of_mirror("port", self.mirror, "5000/tcp").splitlines()[0]
        return f"{published}/library/python:3.11-slim"

    def _of_mirror(self, *arguments: str) -> str:
        try:
            return docker(*arguments)
        except DockerFailed as fault:
            raise DockerFailed(f"{fault}; {self.mirror} must run: ./daggerw up starts it") from None
