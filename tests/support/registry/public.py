"""The public registries as the Docker network knows them: by their own names, with TLS, without a login."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from ci.base_images import HUB
from tests.support.registry import relay
from tests.support.registry.authority import Authority
from tests.support.registry.docker import address_on, docker
from tests.support.registry.forwarder import forwarder
from tests.support.registry.listeners import listening
from tests.support.registry.place import Place

NAMES: Final = (HUB, "mcr.microsoft.com", "quay.io")


@contextmanager
def public_registries(place: Place, authority: Authority) -> Iterator[Mapping[str, str]]:
    """While open, their names lead to the mirror, which has the content of all; the addresses by name."""
    gateway = place.gateway()
    port = int(docker("port", place.mirror, "5000/tcp").splitlines()[0].rpartition(":")[2])

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(relay.copy(reader, there_writer), relay.copy(there_reader, writer))
        finally:
            there_writer.close()
            writer.close()

    with (
        listening(connected, authority.server_context(*NAMES), gateway) as (network_port,),
        forwarder(place, NAMES, 443, gateway, network_port) as forwarding,
    ):
        address = docker("inspect", "--format", address_on(place.network), forwarding)
        yield dict.fromkeys(NAMES, address)
