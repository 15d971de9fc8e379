"""Small files kept in the registry, as an ordinary image of one layer."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Final

from ci.registry.manifest import Manifest, digest_of
from ci.registry.registry import Registry

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar+gzip"


async def send(registry: Registry, name: str, tag: str, files: Mapping[str, bytes], created: str) -> Manifest:
    """Write files as the image `NAME:TAG`; return its manifest, for more tags.

    By `created` (RFC 3339) GitLab's cleanup tells the age of an image when it has no metadata database.
    """
    archive = pack(files)
    layer = gzip.compress(archive, mtime=0)
    # A standard image's configuration: GitLab's registry refuses artifact types that it does not know.
    root = {"type": "layers", "diff_ids": [digest_of(archive)]}
    config = _canonical({"architecture": "amd64", "os": "linux", "created": created, "rootfs": root})
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _descriptor(CONFIG_TYPE, config),
        "layers": [_descriptor(LAYER_TYPE, layer)],
    }
    for blob in (layer, config):
        await registry.push_blob(name, blob)
    manifest = Manifest(_canonical(body), MANIFEST_TYPE)
    await registry.tag(name, manifest, tag)
    return manifest


async def fetch(registry: Registry, name: str, tag: str) -> Mapping[str, bytes] | None:
    """Read the files of `NAME:TAG`; None when there is no such image, `ValueError` when it is no parcel."""
    manifest = await registry.manifest(name, tag)
    if manifest is None:
        return None
    if len(manifest.layers) != 1:
        raise ValueError(f"{name}:{tag} is no image of one layer")
    if (layer := await registry.blob(name, manifest.layers[0])) is None:
        raise ValueError(f"{name}:{tag} lost its layer")
    return unpack(layer)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Files as an archive, the same bytes each time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpack(layer: bytes) -> Mapping[str, bytes]:
    """The files of a layer; raise `ValueError` when it is no archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(layer), mode="r:gz") as archive:
            members = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
            return {path: file.read() for path, file in members.items() if file}
    except (tarfile.TarError, EOFError, OSError) as fault:  # gzip's own errors are among the last
        raise ValueError(str(fault)) from None


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
