"""A registry that hiccups is asked again; one that says no is not."""

import re
from random import Random
from typing import Final

import pytest

from tests.engine.conftest import Tiny
from tests.support.pipeline import Pipeline, told
from tests.support.registry import READER, Cut, Fault, Hang, LiveRegistry, Reply, Request

NAME: Final = "group/project/one"
UPLOADS: Final = f"/v2/{NAME}/blobs/uploads/.*"
COMMIT: Final = f"/v2/{NAME}/manifests/fa[0-9a-f]+"
KEYS: Final = f"/v2/{NAME}/manifests/in-.*"
LOCK: Final = "/v2/group/project/ci/lock/manifests/.*"


@pytest.fixture
def one(tiny: Tiny) -> Tiny:
    """One service of two megabytes that do not compress."""
    repository, _ = tiny
    repository.service("one", "FROM scratch\nCOPY . /\n")
    (repository.root / "small/one/noise").write_bytes(noise(repository.root.name))
    return tiny


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(method="GET", path="/jwt/auth", effect=Reply(429, 1)), id="429 for our token"),
        pytest.param(Fault(method="POST", path="/jwt/auth", effect=Reply(503)), id="503 for the engine's token"),
        pytest.param(Fault(method="GET", path=KEYS, effect=Reply(500), times=2), id="500 for a key"),
        pytest.param(Fault(method="POST", path=UPLOADS, effect=Reply(502)), id="502 for the trial upload"),
        pytest.param(Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Reply(429, 1)), id="429 for a blob"),
        pytest.param(Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Reply(503)), id="503 for a blob"),
        pytest.param(
            Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Cut(after=100_000, upload=True)), id="reset in mid-blob"
        ),
        pytest.param(Fault(method="PUT", path=COMMIT, effect=Reply(502)), id="502 for the manifest"),
        pytest.param(Fault(method="PUT", path=COMMIT, effect=Cut(after=0)), id="reset at the manifest"),
        pytest.param(Fault(method="PUT", path=KEYS, effect=Reply(429, 1)), id="429 for the key's tag"),
        pytest.param(Fault(method="PUT", path=KEYS, effect=Cut(after=0)), id="reset at the key's tag"),
        pytest.param(Fault(method="PUT", path=LOCK, effect=Reply(500)), id="500 for the lock"),
    ],
)
def test_a_hiccup_is_asked_again(one: Tiny, registry: LiveRegistry, fault: Fault) -> None:
    _, pipeline = one
    registry.faults.add(fault)
    images = pipeline.publish("fa0")
    assert registry.faults.active() == ()  # it was met
    assert images["one"]["status"] == "built"
    manifest = registry.manifest(NAME, "fa0")
    assert manifest
    assert manifest.digest == images["one"]["digest"]


def test_silence_to_our_request_is_asked_again(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    registry.faults.add(Fault(method="PUT", path=KEYS, effect=Hang()))
    assert pipeline.publish("fa1")["one"]["status"] == "built"
    assert registry.faults.active() == ()


@pytest.fixture
def impatient(one: Tiny) -> Pipeline:
    """The same module with a shorter deadline for a push."""
    repository, pipeline = one
    text = (repository.root / "ci/images.py").read_text()
    assert text.count("PUSH_SECONDS: Final = 900") == 1
    repository.write("ci/images.py", text.replace("PUSH_SECONDS: Final = 900", "PUSH_SECONDS: Final = 5"))
    return pipeline


def test_silence_to_the_engine_is_not_waited_for_for_ever(impatient: Pipeline, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(method="PUT|PATCH", path=UPLOADS, effect=Hang()))
    assert impatient.publish("fa1")["one"]["status"] == "built"
    assert registry.faults.active() == ()


def test_silence_without_end_is_a_failed_service(impatient: Pipeline, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(method="PUT|PATCH", path=UPLOADS, effect=Hang(), times=None))
    red = impatient.call("publish-all", "--tag", "fa5")
    assert red.returncode == 1
    assert (
        "1 of 1 failed: one: registry.test:5443 did not take one in 4 attempts of 5 s: call again later" in red.stderr
    )
    assert "Traceback" not in red.stderr


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        pytest.param(("GET", "/jwt/auth"), 401, "refused the login of ci-pusher (401)", id="401 for our token"),
        pytest.param(("GET", "/jwt/auth"), 403, "refused the login of ci-pusher (403)", id="403 for our token"),
        pytest.param(("GET", KEYS), 403, "ci-pusher may not", id="403 for a key"),
        pytest.param(("POST", UPLOADS), 404, f"there is no {NAME}", id="404 for the trial upload"),
        pytest.param(("PUT", COMMIT), 403, f"ci-pusher may not push to {NAME}", id="403 for the commit's tag"),
        pytest.param(("PUT", COMMIT), 404, f"there is no {NAME}", id="404 for the commit's tag"),
        pytest.param(("PUT", KEYS), 403, f"ci-pusher may not push to {NAME}", id="403 for the key's tag"),
    ],
)
def test_a_no_is_not_asked_again(
    one: Tiny, registry: LiveRegistry, asked: tuple[str, str], status: int, sentence: str
) -> None:
    _, pipeline = one
    registry.faults.add(Fault(method=asked[0], path=asked[1], effect=Reply(status), times=None))
    mark = registry.mark()
    refused = pipeline.call("publish-all", "--tag", "fa2")
    assert refused.returncode == 1, told(refused)
    assert sentence in refused.stderr
    asked_for = [(each.path, each.query) for each in met(registry, mark)]
    assert asked_for, told(refused)
    assert len(asked_for) == len(set(asked_for)), told(refused)


def test_who_may_only_read_is_told_before_anything_is_built(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    refused = pipeline.call(
        "publish-all", "--tag", "fa3", CI_REGISTRY_USER=READER.user, CI_REGISTRY_PASSWORD=READER.password
    )
    assert f"ci-reader may not push to {NAME} at registry.test:5443 (401)" in refused.stderr
    assert "built" not in refused.stderr
    assert "fa3" not in registry.tags(NAME)


def test_a_registry_that_stays_away_is_said_to(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    registry.faults.add(Fault(effect=Reply(503), times=None))
    refused = pipeline.call("publish-all", "--tag", "fa4")
    assert re.search(r"RegistryUnreachable: \S+:5443 still answers 503: call again later", refused.stderr)
    assert "Traceback" not in refused.stderr


def met(registry: LiveRegistry, mark: int) -> list[Request]:
    """The requests since the mark that a fault answered."""
    return [each for each in registry.requests(mark) if each.fault]


def noise(seed: str) -> bytes:
    """Two megabytes, others for each seed."""
    return Random(seed).randbytes(2_000_000)  # noqa: S311
