"""Copy an image from another registry: the bytes as they are, blob after blob, none of them whole in memory."""

from typing import Final

from ci.errors import RegistryUnreachable
from ci.progress import say
from ci.registry.link import no_registry
from ci.registry.manifest import MALFORMED, Manifest
from ci.registry.registry import Registry
from ci.retries import retry_context
from ci.size import format_size

ATTEMPTS: Final = 3  # of one blob

Location = tuple[Registry, str]  # a registry, and the name of an image in it


async def copy_blobs(manifest: Manifest, source: Location, target: Location, near: str) -> None:
    """Give `target` the blobs of an image: then it takes the manifest.

    `near` is an image of the target's registry that may have some of them. Raise `RegistryRefused`,
    `RegistryUnreachable`.
    """
    (origin, origin_name), (registry, name) = source, target
    try:
        blobs = manifest.blobs
    except MALFORMED:
        raise no_registry(origin.address.host, f"gives no manifest of an image for {origin_name}") from None
    size = format_size(sum(blobs.values()))
    say(f"copy {origin.address.image(origin_name)} ({size}) into the project's registry")
    for digest, length in blobs.items():
        async for attempt in retry_context(on=RegistryUnreachable, attempts=ATTEMPTS, timeout=None, wait_max=5):
            with attempt:
                if await registry.has_blob(name, digest):
                    continue
                if (place := await registry.mount_blob(name, digest, near)) is None:
                    continue
                async with origin.stream_blob(origin_name, digest) as content:
                    await registry.upload_blob(name, digest, length, content, place)
