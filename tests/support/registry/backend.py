"""Debian's registry in a container on loopback, trusting the tests' tokens alone; its content goes with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from tests.support.registry.docker import container, docker
from tests.support.registry.store import Store
from tests.support.registry.token_endpoint import PATH as TOKEN_PATH
from tests.support.registry.tokens import ISSUER, SERVICE, Signer
from tests.support.waiting import until

_FOLDER: Final = "/etc/ois-cfa-test"
_READY_SECONDS: Final = 30


@contextmanager
def backend(image: str, signer: Signer) -> Iterator[tuple[str, Store]]:
    """The container's name and the way to its content."""
    with TemporaryDirectory(prefix="ois-cfa-test-") as text:
        folder = Path(text)
        (folder / "tokens.crt").write_bytes(signer.certificate())
        (folder / "config.yml").write_text(json.dumps(_config()))  # JSON is YAML
        options = ("--publish", "127.0.0.1::5000", "--volume", f"{folder}:{_FOLDER}:ro")
        command = ("sh", "-c", f"docker-registry serve {_FOLDER}/config.yml & exec cat")
        with container(image, command, options) as name:
            port = int(docker("port", name, "5000/tcp").rpartition(":")[2])
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                _wait_ready(client)
                yield name, Store(client, signer)


def _config() -> dict[str, Any]:
    token = {
        "realm": f"https://placeholder{TOKEN_PATH}",  # the front names the real one
        "service": SERVICE,
        "issuer": ISSUER,
        "rootcertbundle": f"{_FOLDER}/tokens.crt",
    }
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": "/data"}, "delete": {"enabled": True}},
        "http": {"addr": ":5000"},
        "auth": {"token": token},
    }


def _wait_ready(client: httpx.Client) -> None:
    until(lambda: _answers(client), _READY_SECONDS, "the registry does not answer")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/v2/").status_code == httpx.codes.UNAUTHORIZED
    except httpx.TransportError:
        return False
