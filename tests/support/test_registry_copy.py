"""Copying an image from a registry that breaks off, lies or leads elsewhere: whole or not at all, in little memory."""

import json
import re
import tracemalloc
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Final

import pytest

from ci.errors import RegistryRefused, RegistryUnreachable
from ci.registry import Manifest, Registry
from ci.registry.copy import copy_blobs
from ci.registry.manifest import digest_of
from tests.support.registry import Cut, Fault, Kind, Lie, LiveRegistry
from tests.support.registry.accounts import PROJECT

SOURCE, TARGET, NEAR = "copy/source", "copy/target", "copy/near"
TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = b'{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}'
PIECE: Final = bytes(2**20)
PIECES: Final = 128
MOST_MEMORY: Final = 24 * 2**20


async def pieces(seed: bytes, number: int) -> AsyncIterator[bytes]:
    yield seed
    for _ in range(number):
        yield PIECE


async def image(registry: Registry, seed: str, number: int = 1) -> Manifest:
    """An image of one layer, which starts with the seed."""
    digest, size = sha256(seed.encode()), len(seed) + number * len(PIECE)
    for _ in range(number):
        digest.update(PIECE)
    layer = f"sha256:{digest.hexdigest()}"
    await registry.upload_blob(SOURCE, layer, size, pieces(seed.encode(), number))
    await registry.push_blob(SOURCE, CONFIG)
    parts = {"config": {"digest": digest_of(CONFIG), "size": len(CONFIG)}, "layers": [{"digest": layer, "size": size}]}
    manifest = Manifest(json.dumps({"schemaVersion": 2, "mediaType": TYPE, **parts}).encode(), TYPE)
    await registry.tag(SOURCE, manifest, seed)
    return manifest


async def copied(ours: Registry, manifest: Manifest) -> None:
    """Copy its blobs, and let the registry confirm that all are there."""
    await copy_blobs(manifest, (ours, SOURCE), (ours, TARGET), NEAR)
    await ours.tag(TARGET, manifest, "copied")


async def test_an_image_of_any_size_goes_through_little_memory(ours: Registry) -> None:
    manifest = await image(ours, "large", PIECES)
    tracemalloc.start()
    try:
        await copied(ours, manifest)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


async def test_a_layer_that_the_project_has_is_not_sent_again(ours: Registry, registry: LiveRegistry) -> None:
    manifest = await image(ours, "near")
    await copy_blobs(manifest, (ours, SOURCE), (ours, NEAR), SOURCE)
    mark = registry.mark()
    await copied(ours, manifest)
    assert [each for each in registry.requests(mark) if each.pushes_blob] == []
    mounts = [each for each in registry.requests(mark, Kind.UPLOAD) if manifest.layers[0] in each.query]
    assert [(each.method, each.status) for each in mounts] == [("POST", 201)]


async def test_a_blob_that_breaks_off_is_sent_again_whole(ours: Registry, registry: LiveRegistry) -> None:
    manifest = await image(ours, "broken")
    (layer,) = manifest.layers
    registry.faults.add(Fault(path=f"/v2/{PROJECT}/{SOURCE}/blobs/{layer}", effect=Cut(after=9999)))
    await copied(ours, manifest)
    assert await ours.has_blob(TARGET, layer)


async def test_other_bytes_than_those_of_the_digest_are_not_taken(ours: Registry, registry: LiveRegistry) -> None:
    manifest = await image(ours, "false")
    (layer,) = manifest.layers
    lie = Lie(body=bytes(manifest.size))
    registry.faults.add(Fault(path=f"/v2/{PROJECT}/{SOURCE}/blobs/{layer}", effect=lie, times=None))
    with pytest.raises(RegistryRefused):
        await copied(ours, manifest)
    assert not await ours.has_blob(TARGET, layer)


async def test_the_storage_behind_a_redirect_gets_no_token(ours: Registry, registry: LiveRegistry) -> None:
    manifest = await image(ours, "redirected")
    (layer,) = manifest.layers
    storage = f"https://localhost:{registry.local.rpartition(':')[2]}/storage"
    blob = f"/v2/{PROJECT}/{SOURCE}/blobs/{re.escape(layer)}"
    registry.faults.add(Fault(path=blob, effect=Lie(status=307, headers={"location": storage}), times=None))
    content = b"".join([piece async for piece in pieces(b"redirected", 1)])
    registry.faults.add(Fault(path="/storage", effect=Lie(body=content), times=None))
    mark = registry.mark()
    await copied(ours, manifest)
    elsewhere = [each for each in registry.requests(mark) if each.path == "/storage"]
    assert elsewhere
    assert [each for each in elsewhere if each.credentials] == []


@pytest.mark.parametrize("body", [b'{"layers": []}', b'{"config": {"digest": "sha256:0"}}', b'{"config": []}', b"[]"])
async def test_what_is_no_manifest_of_an_image_is_one_sentence(ours: Registry, body: bytes) -> None:
    with pytest.raises(RegistryRefused, match="gives no manifest of an image for copy/source"):
        await copy_blobs(Manifest(body, TYPE), (ours, SOURCE), (ours, TARGET), NEAR)


async def test_another_registry_gets_no_login(ours: Registry, registry: LiveRegistry) -> None:
    mark = registry.mark()
    with pytest.raises(RegistryRefused, match=re.escape("gives no token without a login (403)")):
        await ours.public(ours.address).manifest(SOURCE, "large")
    assert {each.credentials for each in registry.requests(mark)} == {""}


async def test_a_registry_without_the_blob_is_named(ours: Registry, registry: LiveRegistry) -> None:
    manifest = await image(ours, "lost")
    lost = Manifest(manifest.body.replace(manifest.layers[0].encode(), b"sha256:" + b"0" * 64), TYPE)
    with pytest.raises(RegistryUnreachable, match=re.escape(f"{registry.local} answers 404")):
        await copy_blobs(lost, (ours, SOURCE), (ours, TARGET), NEAR)
