"""Tags move in a real registry, of an image for one platform and of an index for several."""

import json

import pytest

from ci import lock
from ci.errors import LockIncomplete, PromotionRefused
from ci.lock import Image, Lock, Status
from ci.promotion import Asked, Outcome, move, promote_in
from ci.registry import Registry
from ci.registry.manifest import MANIFEST_TYPES
from tests.support.registry import Fault, LiveRegistry, Reply
from tests.support.registry.accounts import PROJECT
from tests.support.registry.store import Manifest

PLAIN, INDEXED = "plain", "indexed"
INDEX = MANIFEST_TYPES[2]


async def published(ours: Registry, registry: LiveRegistry, commit: str) -> Lock:
    """A plain image and an index under a commit's tag, and their lock."""
    made = {name: registry.store.put_image(f"{PROJECT}/{name}", f"{commit}-amd64") for name in (PLAIN, INDEXED)}
    part = made[INDEXED]
    entry = {
        "mediaType": part.media_type,
        "digest": part.digest,
        "size": len(part.content),
        "platform": {"architecture": "amd64", "os": "linux"},
    }
    told = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "annotations": {"of": commit}}
    made[INDEXED] = Manifest(json.dumps(told).encode(), INDEX)
    images = []
    for name, one in made.items():
        registry.put(f"{PROJECT}/{name}", commit, one)
        images.append(Image(service=name, status=Status.BUILT, cause="", inputs="k", seconds=0, digest=one.digest))
    done = Lock(commit=commit, created="2026", requested=(PLAIN, INDEXED), images=tuple(images))
    await lock.store(ours, done, commit)
    return done


async def test_an_index_moves_as_it_is_and_again_does_nothing(ours: Registry, registry: LiveRegistry) -> None:
    done = await published(ours, registry, "1dec5000")
    first = await move(ours, done, "1dec5000", "index-stage")
    assert [(one.name, one.outcome) for one in first.moves] == [
        (PLAIN, Outcome.MOVED),
        (INDEXED, Outcome.MOVED),
        (lock.NAME, Outcome.MOVED),
    ]
    moved = registry.manifest(f"{PROJECT}/{INDEXED}", "index-stage")
    assert moved
    assert (moved.media_type, moved.digest) == (INDEX, done.images[1].digest)
    for name in (PLAIN, lock.NAME):
        assert registry.same(f"{PROJECT}/{name}", "1dec5000", "index-stage")
    mark = registry.mark()
    again = await move(ours, done, "1dec5000", "index-stage")
    assert {one.outcome for one in again.moves} == {Outcome.THERE}
    assert {each.method for each in registry.requests(mark)} <= {"GET", "HEAD"}


async def test_a_write_that_the_registry_loses_is_written_again(ours: Registry, registry: LiveRegistry) -> None:
    done = await published(ours, registry, "1dec5003")
    path = f"/v2/{PROJECT}/{PLAIN}/manifests/kept-stage"
    registry.faults.add(Fault(method="PUT", path=path, effect=Reply(201)))
    await move(ours, done, "1dec5003", "kept-stage")
    assert registry.faults.active() == ()  # it was met
    for name in (PLAIN, INDEXED, lock.NAME):
        assert registry.same(f"{PROJECT}/{name}", "1dec5003", "kept-stage")


async def test_a_registry_that_loses_each_write_is_not_believed(ours: Registry, registry: LiveRegistry) -> None:
    done = await published(ours, registry, "1dec5004")
    path = f"/v2/{PROJECT}/{PLAIN}/manifests/shut-stage"
    registry.faults.add(Fault(method="PUT", path=path, effect=Reply(201), times=None))
    with pytest.raises(PromotionRefused, match="shut-stage does not stay at 1dec5004: "):
        await move(ours, done, "1dec5004", "shut-stage")


async def test_nothing_is_promoted_when_a_layer_of_an_index_is_gone(ours: Registry, registry: LiveRegistry) -> None:
    await published(ours, registry, "1dec5002")
    below = registry.manifest(f"{PROJECT}/{INDEXED}", "1dec5002-amd64")
    assert below
    layer = below.json()["layers"][0]["digest"]
    registry.store.delete_blob(f"{PROJECT}/{INDEXED}", layer)
    with pytest.raises(LockIncomplete, match=f"{PROJECT}/{INDEXED} lost {layer}: run publish-all --verify"):
        await promote_in(ours, Asked(source="1dec5002", destination="latest"))
    assert "latest" not in registry.tags(f"{PROJECT}/{PLAIN}")


async def test_nothing_moves_when_the_index_is_gone(ours: Registry, registry: LiveRegistry) -> None:
    done = await published(ours, registry, "1dec5001")
    registry.delete(f"{PROJECT}/{INDEXED}", str(done.images[1].digest))
    with pytest.raises(LockIncomplete, match=f"{PROJECT}/{INDEXED} has no {done.images[1].digest} any more"):
        await move(ours, done, "1dec5001", "gone-stage")
    assert "gone-stage" not in registry.tags(f"{PROJECT}/{PLAIN}")
