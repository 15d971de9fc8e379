"""The registry's names on a Docker network: a container that passes their connections on to this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import getsource

from tests.support.registry import relay
from tests.support.registry.docker import DockerFailed, container, docker
from tests.support.registry.place import Place

_LABEL = "ois-cfa.test.name"


@contextmanager
def forwarder(place: Place, address: str, port: int) -> Iterator[str]:
    """While open, registry_host and token_host at the place's port lead to `address`:`port`."""
    _refuse_if_taken(place)
    options = ["--network", place.network, "--label", f"{_LABEL}={place.registry_host}"]
    for name in (place.registry_host, place.token_host):
        options += ["--network-alias", name]
    command = ("python3", "-u", "-c", getsource(relay), str(place.port), address, str(port))
    with container(place.python_image(), command, options) as name:
        yield name


def _refuse_if_taken(place: Place) -> None:
    filters = ("--filter", f"label={_LABEL}={place.registry_host}", "--filter", f"network={place.network}")
    if other := docker("ps", "--quiet", *filters):
        raise DockerFailed(
            f"{place.registry_host} is taken on network {place.network} by container {other}: choose another name"
        )
