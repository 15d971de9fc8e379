"""Published images in this machine's Docker, for as long as a test needs them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.registry import LiveRegistry
from tests.support.registry.accounts import PROJECT, repository
from tests.support.registry.docker import docker


@contextmanager
def pulled(registry: LiveRegistry, digests: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The references by which Docker has the images, taken from behind the front."""
    host = f"127.0.0.1:{registry.store.port}"
    images = {name: f"{host}/{PROJECT}/{name}@{digest}" for name, digest in digests.items()}
    access = [repository(f"{PROJECT}/{name}", "pull") for name in digests]
    auths = {host: {"registrytoken": registry.store.signer.token("tests", access)}}
    with TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(json.dumps({"auths": auths}))
        try:
            for image in images.values():
                docker("--config", folder, "pull", "--quiet", image)
            yield images
        finally:
            docker("rmi", "--force", *images.values())
