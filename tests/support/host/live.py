"""The second Docker host, running: a container with its own dockerd, gone with all it holds when the test run ends."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bootstrap import engine
from tests.support.host.host import Host
from tests.support.host.stages import COMPOSE, SUITE, host_image
from tests.support.registry.authority import Authority
from tests.support.registry.docker import address_on, container, docker
from tests.support.registry.place import Place

PUBLISHED: Final = "53000-53010,55000-55010,58080-58090"  # as the runbook has it, or a pull may have one of them


@contextmanager
def docker_host(
    place: Place, authority: Authority, *, suite: str = SUITE, memory: str = "", disk: int | None = None
) -> Iterator[Host]:
    """Start it and wait until sshd and its Docker answer; `memory` bounds all of it, `disk` what its Docker holds."""
    of_user, of_host = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    variables = {
        "CA": authority.file.read_text(),
        "AUTHORIZED_KEY": _public(of_user),
        "HOST_KEY": _private(of_host),
        "REGISTRY": place.registry,
        "COMPOSE": COMPOSE,
        "DISK": str(disk or ""),
    }
    with container(
        host_image(suite), (), (*_options(place, variables), *(("--memory", memory) if memory else ()))
    ) as name:
        address = docker("inspect", "--format", address_on(place.network), name)
        host = Host(
            name=name,
            process=int(docker("inspect", "--format", "{{.State.Pid}}", name)),
            address=address,
            private_key=_private(of_user),
            known_hosts=f"{address},{name} {_public(of_host)}".encode(),
        )
        _wait(host)
        yield host


def _wait(host: Host) -> None:
    try:
        host.wait_until_ready()
    except AssertionError as fault:
        fault.add_note(host.logs())
        raise


def _options(place: Place, variables: Mapping[str, str]) -> Sequence[str]:
    privileged = ("--privileged", "--init")
    return (
        *(privileged if engine.privileged() else engine.UNPRIVILEGED),
        *("--entrypoint", "start"),  # of two, Docker takes the last
        *("--sysctl", f"net.ipv4.ip_local_reserved_ports={PUBLISHED}"),
        *("--network", place.network, "--volume", "/disk" if variables["DISK"] else "/var/lib/docker"),
        *(part for variable, value in variables.items() for part in ("--env", f"{variable}={value}")),
    )


def _private(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _public(key: Ed25519PrivateKey) -> str:
    return f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()}\n"
