"""The plan says why an image is built or reused, and the run does just that."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from ci import workspace
from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.base_images import base_image
from tests.support.registry import LiveRegistry, Place, pulls
from tests.support.repository import Repository

GOOD = "FROM scratch\nARG MODE\nCOPY file /\n"
KEPT, CHANGED, SWITCHED, REWRITTEN = "kept", "changed", "switched", "rewritten"
LOST, GONE, HOLLOW, NEW = "lost", "gone", "hollow", "new"
PUBLISHED = (KEPT, CHANGED, SWITCHED, REWRITTEN, LOST, GONE, HOLLOW)
PROJECT = "group/project"
DONE = {"build": "built", "reuse": "reused"}
EDITS: Sequence[Callable[[Repository, str], None]] = (
    lambda repository, name: repository.append(f"small/{name}/file", "edited"),
    lambda repository, name: repository.append(f"small/{name}/Dockerfile", "LABEL edited=yes\n"),
    lambda repository, name: repository.append(f"small/{name}/Dockerfile", "COPY * /all/\n"),
    lambda repository, name: (repository.root / f"small/{name}/file").chmod(0o755),
    lambda repository, name: repository.write(f"small/{name}/notes.md", "no input"),
    lambda repository, name: repository.write(f"small/{name}/.dockerignore", "nothing\n"),
)


@pytest.fixture
def published(tiny: Tiny) -> Tiny:
    """Seven services, published and behind `dev`."""
    repository, functions = tiny
    for name in PUBLISHED:
        repository.service(name, GOOD)
        repository.append(f"small/{name}/file", repository.seed)
    functions.publish("ca00001", "dev")
    return tiny


def test_the_plan_names_each_cause_and_the_run_keeps_to_it(published: Tiny, registry: LiveRegistry) -> None:
    repository, functions = published
    repository.append(f"small/{CHANGED}/file", "changed")
    (repository.root / f"small/{SWITCHED}/file").chmod(0o755)
    repository.append(f"small/{REWRITTEN}/Dockerfile", "LABEL changed=yes\n")
    repository.service(NEW, GOOD)
    config = image(registry, LOST)["config"]["digest"]
    registry.store.delete_blob(f"{PROJECT}/{LOST}", config)
    manifest = registry.manifest(f"{PROJECT}/{GONE}", "dev")
    assert manifest
    registry.delete(f"{PROJECT}/{GONE}", manifest.digest)
    layer = image(registry, HOLLOW)["layers"][0]["digest"]
    registry.store.delete_blob(f"{PROJECT}/{HOLLOW}", layer)

    mark = registry.mark()
    decided = {name: (one["action"], one["cause"]) for name, one in functions.plan(verify=True).items()}
    assert {each.method for each in registry.requests(mark)} == {"GET", "HEAD"}
    kept = registry.manifest(f"{PROJECT}/{KEPT}", "dev")
    assert kept
    assert decided == {
        KEPT: ("reuse", f"same inputs as {kept.digest[:19]}"),
        CHANGED: ("build", f"{CHANGED}/file changed since dev (ca00001)"),
        SWITCHED: ("build", f"{SWITCHED}/file changed since dev (ca00001)"),
        REWRITTEN: ("build", "the Dockerfile changed since dev (ca00001)"),
        LOST: ("build", f"the registry lost {config[:19]}, which the image of these inputs needs"),
        GONE: ("build", "the image of these inputs, which dev (ca00001) names, is gone from the registry"),
        HOLLOW: ("build", f"the registry lost {layer[:19]}, which the image of these inputs needs"),
        NEW: ("build", "it is new: dev (ca00001) has no such service"),
    }
    ran = {name: (one["status"], one["cause"]) for name, one in functions.publish("ca00002", verify=True).items()}
    assert ran == {name: (DONE[action], cause) for name, (action, cause) in decided.items()}
    assert {one["action"] for one in functions.plan(verify=True).values()} == {"reuse"}


def test_a_build_argument_is_a_cause(published: Tiny) -> None:
    _, functions = published
    cause = "build argument MODE is new since dev (ca00001)"
    fast = functions.given(build_args="MODE=fast")
    assert {(one["action"], one["cause"]) for one in fast.plan().values()} == {("build", cause)}
    ran = fast.publish("ca00005", only=[KEPT])[KEPT]
    assert (ran["status"], ran["cause"]) == ("built", cause)


def test_a_new_recipe_is_a_cause(published: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _, functions = published
    monkeypatch.setattr(workspace, "RECIPE", "2")
    cause = "the recipe changed since dev (ca00001)"
    assert {(one["action"], one["cause"]) for one in functions.plan().values()} == {("build", cause)}
    ran = functions.publish("ca00007", only=[KEPT])[KEPT]
    assert (ran["status"], ran["cause"]) == ("built", cause)


def test_an_image_whose_key_a_cleanup_took_is_found_by_dev_and_gets_it_again(
    published: Tiny, registry: LiveRegistry
) -> None:
    _, functions = published
    key = f"in-{functions.plan()[KEPT]['inputs']}"
    registry.untag(f"{PROJECT}/{KEPT}", key)
    assert key not in registry.tags(f"{PROJECT}/{KEPT}")
    assert functions.plan()[KEPT]["action"] == "reuse"
    assert functions.publish("ca00006")[KEPT]["status"] == "reused"
    assert registry.same(f"{PROJECT}/{KEPT}", key, "dev")


@pytest.mark.parametrize("seed", range(2))
def test_after_random_edits_the_run_does_what_the_plan_said(published: Tiny, seed: int) -> None:
    repository, functions = published
    chance = Random(seed)  # noqa: S311
    for name in chance.sample(PUBLISHED, 4):
        chance.choice(EDITS)(repository, name)
    decided = {name: (DONE[one["action"]], one["cause"]) for name, one in functions.plan().items()}
    ran = {name: (one["status"], one["cause"]) for name, one in functions.publish(f"ed0000{seed}").items()}
    assert ran == decided
    assert {status for status, _ in decided.values()} == set(DONE.values())


def test_an_older_commit_reuses_its_own_images(published: Tiny) -> None:
    repository, functions = published
    older = functions.plan()
    repository.append(f"small/{KEPT}/file", "newer")
    functions.publish("ca00003", "dev")
    repository.write(f"small/{KEPT}/file", f"of {KEPT}\n{repository.seed}")
    assert functions.plan() == older


def test_the_run_says_what_to_do_about_a_layer_that_nobody_looked_for(published: Tiny, registry: LiveRegistry) -> None:
    _, functions = published
    registry.store.delete_blob(f"{PROJECT}/{HOLLOW}", image(registry, HOLLOW)["layers"][0]["digest"])
    assert "--verify" in functions.refused(OisCfa.publish_all, tag=["ca00004"])


def test_a_base_image_that_moved_is_told_and_can_be_kept(tiny: Tiny, registry: LiveRegistry, place: Place) -> None:
    repository, functions = tiny
    base = f"tests-of-bases-{repository.seed}"
    with base_image(place, base) as push:
        push("first")
        for name in (KEPT, CHANGED):
            repository.service(name, f"FROM {base}:1\nCOPY file /\n")
        since = datetime.now(UTC)
        functions.publish("ba00001", "dev")
        asked = [pull.path.partition("?")[0] for pull in pulls(place.mirror, since)]
        assert asked.count(f"/v2/library/{base}/manifests/1") == 1  # by both services together
        bottom = image(registry, KEPT)["layers"][0]["digest"]
        push("second")
        functions.connection.renew()

        moved = f"base image {base}:1 moved since dev (ba00001)"
        assert {one["cause"] for one in functions.plan().values()} == {moved}
        assert {one["action"] for one in functions.plan(bases="dev").values()} == {"reuse"}
        repository.append(f"small/{CHANGED}/file", "changed")
        kept = functions.publish("ba00002", bases="dev")
        assert {name: one["status"] for name, one in kept.items()} == {KEPT: "reused", CHANGED: "built"}
        assert image(registry, CHANGED, "ba00002")["layers"][0]["digest"] == bottom
        assert {one["status"] for one in functions.publish("ba00003").values()} == {"built"}
        assert image(registry, CHANGED, "ba00003")["layers"][0]["digest"] != bottom


def image(registry: LiveRegistry, name: str, tag: str = "dev") -> dict[str, Any]:
    manifest = registry.manifest(f"{PROJECT}/{name}", tag)
    assert manifest
    found: dict[str, Any] = manifest.json()
    return found
