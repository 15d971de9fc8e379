"""What a process on the engine's network knows, for this process: the names there, and the authority of the tests."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.registry.authority import Authority


@contextmanager
def known_here(addresses: Mapping[str, str], authority: Authority, folder: Path) -> Iterator[None]:
    """While open, `addresses` are found by name, and TLS trusts the authority besides the system's own."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve(addresses.get(name, host), *arguments, **options)

    bundle = folder / "authorities.pem"
    system = ssl.get_default_verify_paths().cafile
    bundle.write_text((Path(system).read_text() if system else "") + authority.file.read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setenv("SSL_CERT_FILE", str(bundle))
        yield
