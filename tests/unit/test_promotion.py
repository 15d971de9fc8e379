"""Moving a tag in a registry that answers slowly and to two at once."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import httpx
import pytest
from attrs import evolve

from ci import lock
from ci.errors import LockIncomplete, PromotionRefused
from ci.lock import Image, Lock, Status
from ci.promotion import Asked, Outcome, Promotion, move, promote_in
from ci.registry import Address, Link, Login, Registry
from ci.registry.manifest import MANIFEST_TYPES, digest_of
from ci.report import promotion_answer

SERVICES = ("one", "two", "three")
INDEX = MANIFEST_TYPES[2]


class Shelf:
    """Manifests and blobs by place; each answer comes after a while of its own."""

    def __init__(self, seed: int = 0) -> None:
        self.content: dict[str, tuple[bytes, str]] = {}
        self.writes: list[str] = []
        self.read: Callable[[str], object] = lambda _: None  # is told the place of what was read
        self._random = Random(seed)  # noqa: S311
        transport = httpx.MockTransport(self._answer)
        link = Link("registry.test", Login("ci", "canary"), httpx.AsyncClient(transport=transport))
        self.registry = Registry(Address("registry.test", "group/project"), Login("ci", "canary"), link)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        for _ in range(self._random.randrange(6)):
            await asyncio.sleep(0)
        place = request.url.path.removeprefix("/v2/group/project/")
        name, kind, reference = place.rsplit("/", 2)
        if request.method == "POST":
            return httpx.Response(202, headers={"Location": f"/v2/group/project/{name}/uploads/1"})
        if request.method == "PUT":
            content, reference = request.content, request.url.params.get("digest", reference)
            kind = "blobs" if kind == "uploads" or "digest" in request.url.params else kind
            self.writes.append(f"{name}:{reference}")
            for key in (reference, digest_of(content)):
                self.content[f"{name.removesuffix('/blobs')}/{kind}/{key}"] = (content, request.headers["Content-Type"])
            return httpx.Response(201)
        found = self.content.get(place)
        self.read(place)
        return (
            httpx.Response(200, content=found[0], headers={"Content-Type": found[1]}) if found else httpx.Response(404)
        )

    async def publish(self, commit: str, order: int, stand_ins: tuple[str, ...] = ()) -> Lock:
        """An image per service, an index of one image, and the lock under a commit's tag."""
        images = []
        for name in SERVICES:
            layer = f"layer of {name} {commit}".encode()
            below = json.dumps({"layers": [{"digest": digest_of(layer), "size": len(layer)}]}).encode()
            body = json.dumps({"manifests": [{"digest": digest_of(below)}]}).encode()
            self.content[f"{name}/blobs/{digest_of(layer)}"] = (layer, "")
            self.content[f"{name}/manifests/{digest_of(below)}"] = (below, MANIFEST_TYPES[0])
            self.content[f"{name}/manifests/{digest_of(body)}"] = (body, INDEX)
            image = Image(service=name, status=Status.BUILT, cause="", inputs="k", seconds=0, digest=digest_of(body))
            images.append(evolve(image, stand_ins=stand_ins))
        made = Lock(commit=commit, created="2026", requested=SERVICES, images=tuple(images), order=order)
        await lock.store(self.registry, made, commit)
        self.writes.clear()
        return made

    def lose_layer(self, name: str) -> str:
        """Lose the only layer of a service; return its digest."""
        (place,) = (place for place in self.content if place.startswith(f"{name}/blobs/"))
        del self.content[place]
        return place.rpartition("/")[2]

    def under(self, tag: str) -> dict[str, bytes]:
        return {name: self.content[f"{name}/manifests/{tag}"][0] for name in (*SERVICES, lock.NAME)}


async def ended(step: Coroutine[Any, Any, Promotion]) -> Promotion | PromotionRefused:
    try:
        return await step
    except PromotionRefused as refused:
        return refused


async def test_every_tag_moves_and_the_locks_last() -> None:
    shelf = Shelf()
    made = await shelf.publish("aaa", 1)
    done = await move(shelf.registry, made, "aaa", "dev")
    assert {one.outcome for one in done.moves} == {Outcome.MOVED}
    assert shelf.writes[-1] == "ci/lock:dev"
    assert sorted(shelf.writes) == ["ci/lock:dev", "one:dev", "three:dev", "two:dev"]
    assert shelf.content["one/manifests/dev"][1] == INDEX  # the very bytes, whatever they are
    shelf.writes.clear()
    again = await move(shelf.registry, made, "aaa", "dev")
    assert {one.outcome for one in again.moves} == {Outcome.THERE}
    assert shelf.writes == []


async def test_nothing_moves_when_something_is_gone() -> None:
    shelf = Shelf()
    made = await shelf.publish("aaa", 1)
    gone = [one.digest for one in made.images[:2]]
    for name, digest in zip(SERVICES, gone, strict=False):
        del shelf.content[f"{name}/manifests/{digest}"]
    with pytest.raises(LockIncomplete) as refused:
        await move(shelf.registry, made, "aaa", "dev")
    assert [fault.split(" ")[0] for fault in refused.value.faults] == [
        "registry.test/group/project/one",
        "registry.test/group/project/two",
    ]
    assert shelf.writes == []


async def test_nothing_is_promoted_when_a_layer_of_an_index_is_gone() -> None:
    shelf = Shelf()
    await shelf.publish("aaa", 1)
    layer = shelf.lose_layer("two")
    with pytest.raises(LockIncomplete) as refused:
        await promote_in(shelf.registry, Asked(source="aaa", destination="dev"))
    assert str(refused.value) == (
        f"registry.test/group/project/two lost {layer}: run publish-all --verify, which builds it anew"
    )
    assert shelf.writes == []


async def test_what_was_looked_at_is_promoted_though_its_tag_moves_meanwhile() -> None:
    shelf = Shelf()
    first, second = await shelf.publish("aaa", 1), await shelf.publish("bbb", 2)
    await move(shelf.registry, first, "aaa", "stage")

    def overtake(place: str) -> None:
        if place == "ci/lock/manifests/stage":
            shelf.content[place] = shelf.content["ci/lock/manifests/bbb"]

    shelf.read = overtake
    done = await promote_in(shelf.registry, Asked(source="stage", destination="prod"))
    assert done.commit == first.commit != second.commit
    assert shelf.under("prod")[lock.NAME] == shelf.content["ci/lock/manifests/aaa"][0]


async def test_a_job_promotes_what_is_its_own_commits_and_a_person_whatever_is_there() -> None:
    shelf = Shelf()
    await move(shelf.registry, await shelf.publish("bbb", 2), "bbb", "stage")
    asked = Asked(source="stage", destination="prod", commit="aaa")
    with pytest.raises(PromotionRefused, match=r"stage is at bbb, and this call is of aaa \(CI_COMMIT_SHORT_SHA\): "):
        await promote_in(shelf.registry, asked)
    for commit in ("bbb", ""):
        assert (await promote_in(shelf.registry, evolve(asked, commit=commit))).commit == "bbb"


async def test_a_commits_own_tag_is_overwritten_by_no_promotion() -> None:
    shelf = Shelf()
    for commit, number in (("aaa", 1), ("bbb", 2)):
        await shelf.publish(commit, number)
    for tag, sentence in (("bbb", "it is at bbb"), ("ccc", "nothing was published under it")):
        with pytest.raises(PromotionRefused, match=rf"{tag} is not one of the tags that move .*, and {sentence}: "):
            await promote_in(shelf.registry, Asked(source="aaa", destination=tag))
    assert shelf.writes == []
    assert (await promote_in(shelf.registry, Asked(source="aaa", destination="aaa"))).commit == "aaa"


async def test_a_commits_own_tag_is_overwritten_by_no_publication() -> None:
    shelf = Shelf()
    await shelf.publish("bbb", 1)
    newer = await shelf.publish("aaa", 2)
    with pytest.raises(PromotionRefused, match="bbb is a commit's own tag, which names what was published of it"):
        await move(shelf.registry, newer, "aaa", "bbb")
    assert shelf.writes == []


@pytest.mark.parametrize(("source", "destination"), [("aaa", "stage"), ("stage", "prod")])
async def test_images_on_stand_ins_get_to_dev_and_no_further(source: str, destination: str) -> None:
    shelf = Shelf()
    lock_of_aaa = await shelf.publish("aaa", 1, stand_ins=("node:20",))
    assert (await promote_in(shelf.registry, Asked(source="aaa", destination="dev"))).commit == "aaa"
    await move(shelf.registry, lock_of_aaa, "aaa", source)
    shelf.writes.clear()
    with pytest.raises(PromotionRefused, match=rf"stand-in images \(node:20\), which {destination} never takes"):
        await promote_in(shelf.registry, Asked(source=source, destination=destination))
    assert shelf.writes == []


async def test_a_tag_that_somebody_else_writes_again_and_again_is_given_up() -> None:
    shelf = Shelf()
    first, other = await shelf.publish("aaa", 1), await shelf.publish("bbb", 1)

    def overwrite(place: str) -> None:
        if place == "ci/lock/manifests/dev":
            shelf.content["one/manifests/dev"] = shelf.content[f"one/manifests/{other.images[0].digest}"]

    shelf.read = overwrite
    with pytest.raises(PromotionRefused, match="dev does not stay at aaa: somebody else moves it too, or "):
        await move(shelf.registry, first, "aaa", "dev")


async def test_an_older_pipeline_does_not_move_a_tag_back_unless_told_to() -> None:
    shelf = Shelf()
    older, newer = await shelf.publish("old", 7), await shelf.publish("new", 8)
    await move(shelf.registry, newer, "new", "dev")
    with pytest.raises(PromotionRefused, match=r"dev is at new \(pipeline 8\), which is newer than old \(pipeline 7\)"):
        await move(shelf.registry, older, "old", "dev")
    assert shelf.under("dev") == {**shelf.under("dev"), lock.NAME: shelf.content["ci/lock/manifests/new"][0]}
    await move(shelf.registry, older, "old", "dev", allow_older=True)
    assert shelf.under("dev")[lock.NAME] == shelf.content["ci/lock/manifests/old"][0]


async def test_a_pipeline_that_was_overtaken_answers_that_and_moves_nothing() -> None:
    shelf = Shelf()
    await shelf.publish("old", 7)
    await move(shelf.registry, await shelf.publish("new", 8), "new", "dev")
    shelf.writes.clear()
    done = await promote_in(shelf.registry, Asked(commit="old", destination="dev"))
    assert promotion_answer(done, as_json=False).startswith("dev is at new (pipeline 8), which is newer than old (pip")
    assert (done.moves, shelf.writes) == ((), [])


async def test_of_two_at_the_very_same_moment_the_newer_stays_but_for_the_window() -> None:
    stayed = 0
    for seed in range(60):
        shelf = Shelf(seed)
        older, newer = await shelf.publish("old", 7), await shelf.publish("new", 8)
        _, second = await asyncio.gather(
            ended(move(shelf.registry, older, "old", "dev")), ended(move(shelf.registry, newer, "new", "dev"))
        )
        held = shelf.under("dev").pop(lock.NAME)
        assert held in {shelf.content[f"ci/lock/manifests/{tag}"][0] for tag in ("old", "new")}
        assert isinstance(second, Promotion), seed
        images = {one.service: shelf.content[f"{one.service}/manifests/{one.digest}"][0] for one in newer.images}
        whole = {**images, lock.NAME: shelf.content["ci/lock/manifests/new"][0]}
        stayed += shelf.under("dev") == whole
    assert stayed > 50


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ((1, "b"), (2, "a"), True),
        ((2, "a"), (1, "b"), False),
        ((None, "a"), (2, "b"), True),
        ((1, "a"), (1, "b"), False),
    ],
)
def test_age_is_the_pipelines_number_or_else_the_time(
    one: tuple[int | None, str], other: tuple[int | None, str], *, older: bool
) -> None:
    first, second = (Lock(commit="c", created=created, requested=(), order=order) for order, created in (one, other))
    assert first.older_than(second) is older
    assert evolve(first, order=None).older_than(evolve(second, order=None)) is (one[1] < other[1])
