"""The registry's names on a Docker network: a container that passes their connections on to this machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import getsource

from tests.support.registry import relay
from tests.support.registry.docker import DockerFailed, container, docker
from tests.support.registry.place import Place

_LABEL = "ois-cfa.test.name"


@contextmanager
def forwarder(place: Place, names: Sequence[str], listens: int, address: str, port: int) -> Iterator[str]:
    """While open, these names lead at the port `listens` to `address`:`port`; the container's name."""
    _refuse_if_taken(place, names[0])
    options = ["--network", place.network, "--label", f"{_LABEL}={names[0]}"]
    for name in names:
        options += ["--network-alias", name]
    command = ("python3", "-u", "-c", getsource(relay), str(listens), address, str(port))
    with container(place.python_image(), command, options) as name:
        yield name


def _refuse_if_taken(place: Place, name: str) -> None:
    filters = ("--filter", f"label={_LABEL}={name}", "--filter", f"network={place.network}")
    if other := docker("ps", "--quiet", *filters):
        raise DockerFailed(f"{name} is taken on network {place.network} by container {other}: choose another name")
