"""Copy an image from another registry: the bytes as they are, blob after blob, none of them whole in memory."""

from typing import Final

from ci.errors import RegistryUnreachable
from ci.registry.registry import Manifest, Registry
from ci.retries import retry_context

ATTEMPTS: Final = 3  # of one blob


Place = tuple[Registry, str]  # a registry, and the name of an image in it


async def copy_blobs(manifest: Manifest, source: Place, target: Place, near: str) -> None:
    """Give `target` the blobs of an image: then it takes the manifest.

    `near` is an image of the target's registry that may have some of them. Raise `RegistryRefused`,
    `RegistryUnreachable`.
    """
    (there, there_name), (here, name) = source, target
    for digest, size in manifest.blobs.items():
        async for attempt in retry_context(on=RegistryUnreachable, attempts=ATTEMPTS, timeout=None, wait_max=5):
            with attempt:
                if await here.has_blob(name, digest):
                    continue
                if (place := await here.mount_blob(name, digest, near)) is None:
                    continue
                async with there.stream_blob(there_name, digest) as content:
                    await here.upload_blob(name, digest, size, content, place)
