"""The plan says why an image is built or reused, and the run does just that."""

from typing import Any

import pytest

from tests.engine.conftest import Tiny
from tests.support.pipeline import told
from tests.support.registry import LiveRegistry

GOOD = "FROM scratch\nARG MODE\nCOPY file /\n"
KEPT, CHANGED, REWRITTEN, LOST, GONE, HOLLOW, NEW = "kept", "changed", "rewritten", "lost", "gone", "hollow", "new"
PROJECT = "group/project"


@pytest.fixture
def six(tiny: Tiny) -> Tiny:
    """Six services, published and behind `dev`."""
    repository, pipeline = tiny
    for name in (KEPT, CHANGED, REWRITTEN, LOST, GONE, HOLLOW):
        repository.service(name, GOOD)
        repository.append(f"small/{name}/file", repository.seed)
    pipeline.publish("ca00001", "--tag", "dev")
    return tiny


def test_the_plan_names_each_cause_and_the_run_keeps_to_it(six: Tiny, registry: LiveRegistry) -> None:
    repository, pipeline = six
    repository.append(f"small/{CHANGED}/file", "changed")
    repository.append(f"small/{REWRITTEN}/Dockerfile", "LABEL changed=yes\n")
    repository.service(NEW, GOOD)
    config = image(registry, LOST)["config"]["digest"]
    registry.store.delete_blob(f"{PROJECT}/{LOST}", config)
    manifest = registry.manifest(f"{PROJECT}/{GONE}", "dev")
    assert manifest
    registry.delete(f"{PROJECT}/{GONE}", manifest.digest)
    layer = image(registry, HOLLOW)["layers"][0]["digest"]
    registry.store.delete_blob(f"{PROJECT}/{HOLLOW}", layer)

    decided = {name: (one["action"], one["cause"]) for name, one in pipeline.plan("--verify").items()}
    kept = registry.manifest(f"{PROJECT}/{KEPT}", "dev")
    assert kept
    assert decided == {
        KEPT: ("reuse", f"same inputs as {kept.digest[:19]}"),
        CHANGED: ("build", f"{CHANGED}/file changed since dev (ca00001)"),
        REWRITTEN: ("build", "the Dockerfile changed since dev (ca00001)"),
        LOST: ("build", f"the registry lost {config[:19]}, which the image of these inputs needs"),
        GONE: ("build", "the image of these inputs, which dev (ca00001) names, is gone from the registry"),
        HOLLOW: ("build", f"the registry lost {layer[:19]}, which the image of these inputs needs"),
        NEW: ("build", "no image of these inputs was published, and dev (ca00001) has no such service"),
    }
    ran = {name: (one["status"], one["cause"]) for name, one in pipeline.publish("ca00002", "--verify").items()}
    done = {"build": "built", "reuse": "reused"}
    assert ran == {name: (done[action], cause) for name, (action, cause) in decided.items()}
    assert {one["action"] for one in pipeline.plan("--verify").values()} == {"reuse"}


def test_an_older_commit_reuses_its_own_images(six: Tiny) -> None:
    repository, pipeline = six
    older = pipeline.plan()
    repository.append(f"small/{KEPT}/file", "newer")
    pipeline.publish("ca00003", "--tag", "dev")
    repository.write(f"small/{KEPT}/file", f"of {KEPT}\n{repository.seed}")
    assert pipeline.plan() == older


def test_the_run_says_what_to_do_about_a_layer_that_nobody_looked_for(six: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = six
    registry.store.delete_blob(f"{PROJECT}/{HOLLOW}", image(registry, HOLLOW)["layers"][0]["digest"])
    red = pipeline.call("publish-all", "--tag", "ca00004")
    assert "--verify" in red.stderr, told(red)


def image(registry: LiveRegistry, name: str) -> dict[str, Any]:
    manifest = registry.manifest(f"{PROJECT}/{name}", "dev")
    assert manifest
    found: dict[str, Any] = manifest.json()
    return found
