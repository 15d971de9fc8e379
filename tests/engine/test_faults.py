"""A registry that hiccups is asked again; one that says no is not."""

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Final

import pytest
from attrs import evolve

from ci import images
from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.registry import READER, Cut, Fault, Hang, LiveRegistry, Reply

PROJECT: Final = "group/project"
NAME: Final = f"{PROJECT}/one"
UPLOADS: Final = f"/v2/{PROJECT}/SERVICE/blobs/uploads/.*"
COMMIT: Final = f"/v2/{PROJECT}/SERVICE/manifests/fa[0-9a-f]+"
KEYS: Final = f"/v2/{PROJECT}/SERVICE/manifests/in-.*"
LOCK: Final = f"/v2/{PROJECT}/ci/lock/manifests/.*"

# Each meets a service of its own, or the token server.
HICCUPS: Final = {
    "our-token": Fault(method="GET", path="/jwt/auth", effect=Reply(429, 1)),
    "engine-token": Fault(method="POST", path="/jwt/auth", effect=Reply(503)),
    "key": Fault(method="GET", path=KEYS, effect=Reply(500), times=2),
    "trial-upload": Fault(method="POST", path=UPLOADS, effect=Reply(502)),
    "blob-429": Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Reply(429, 1)),
    "blob-503": Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Reply(503)),
    "mid-blob": Fault(method="P(UT|ATCH)", path=UPLOADS, effect=Cut(after=100_000, upload=True)),
    "manifest-502": Fault(method="PUT", path=COMMIT, effect=Reply(502)),
    "manifest-cut": Fault(method="PUT", path=COMMIT, effect=Cut(after=0)),
    "key-tag-429": Fault(method="PUT", path=KEYS, effect=Reply(429, 1)),
    "key-tag-cut": Fault(method="PUT", path=KEYS, effect=Cut(after=0)),
    "key-tag-silent": Fault(method="PUT", path=KEYS, effect=Hang()),
    "lock": Fault(method="PUT", path=LOCK, effect=Reply(500)),
}
NOES: Final = {  # to a push that has begun
    "tag-403": Fault(method="PUT", path=COMMIT, effect=Reply(403), times=None),
    "tag-404": Fault(method="PUT", path=COMMIT, effect=Reply(404), times=None),
    "key-403": Fault(method="PUT", path=KEYS, effect=Reply(403), times=None),
}


@pytest.fixture
def one(tiny: Tiny) -> Tiny:
    return noisy(tiny, ["one"])


def test_every_hiccup_is_asked_again(tiny: Tiny, registry: LiveRegistry) -> None:
    _, functions = noisy(tiny, HICCUPS)
    add(registry, HICCUPS)
    published = functions.publish("fa0")
    assert registry.faults.active() == ()  # each was met
    for name in HICCUPS:
        manifest = registry.manifest(f"{PROJECT}/{name}", "fa0")
        assert manifest
        assert (published[name]["status"], published[name]["digest"]) == ("built", manifest.digest)


def test_silence_to_the_engine_ends(tiny: Tiny, registry: LiveRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PUSH_SECONDS", 5)
    silent = Fault(method="PUT|PATCH", path=UPLOADS, effect=Hang())
    add(registry, {"once": silent, "always": evolve(silent, times=None)})

    _, functions = noisy(tiny, ["once", "always"])
    red = functions.refused(OisCfa.publish_all, tag=["fa5"])
    assert re.search("^once +built ", red, re.MULTILINE), red
    sentence = f"always: {registry.address} did not take always in 4 attempts of 5 s: call again later"
    assert f"1 of 2 failed: {sentence}" in red


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        pytest.param(("GET", "/jwt/auth"), 401, "refused the login of ci-pusher (401)", id="401 for our token"),
        pytest.param(("GET", "/jwt/auth"), 403, "refused the login of ci-pusher (403)", id="403 for our token"),
        pytest.param(("GET", KEYS), 403, "ci-pusher may not", id="403 for a key"),
        pytest.param(("POST", UPLOADS), 404, f"there is no {NAME}", id="404 for the trial upload"),
    ],
)
def test_a_no_before_anything_is_built_is_not_asked_again(
    one: Tiny, registry: LiveRegistry, asked: tuple[str, str], status: int, sentence: str
) -> None:
    _, functions = one
    add(registry, {"one": Fault(method=asked[0], path=asked[1], effect=Reply(status), times=None)})
    mark = registry.mark()
    refused = functions.refused(OisCfa.publish_all, tag=["fa2"])
    assert sentence in refused
    assert_asked_once(registry, mark, refused)


def test_a_no_to_a_push_is_not_asked_again(tiny: Tiny, registry: LiveRegistry) -> None:
    _, functions = noisy(tiny, NOES)
    add(registry, NOES)
    mark = registry.mark()
    refused = functions.refused(OisCfa.publish_all, tag=["fa2"])
    for name, sentence in (
        ("tag-403", "ci-pusher may not push to group/project/tag-403"),
        ("tag-404", "there is no group/project/tag-404"),
        ("key-403", "ci-pusher may not push to group/project/key-403"),
    ):
        assert re.search(rf"^{name} +failed .*{sentence}", refused, re.MULTILINE), refused
    assert_asked_once(registry, mark, refused)


def test_who_may_only_read_is_told_before_anything_is_built(
    one: Tiny, registry: LiveRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    _, functions = one
    reader = functions.given(registry_user=READER.user, registry_password=READER.password)
    refused = reader.refused(OisCfa.publish_all, tag=["fa3"])
    assert f"ci-reader may not push to {NAME} at {registry.address} (401)" in refused
    assert "built" not in refused + capsys.readouterr().err
    assert "fa3" not in registry.tags(NAME)


def test_a_registry_that_stays_away_is_said_to(one: Tiny, registry: LiveRegistry) -> None:
    _, functions = one
    registry.faults.add(Fault(effect=Reply(503), times=None))
    refused = functions.refused(OisCfa.publish_all, tag=["fa4"])
    assert re.fullmatch(r"RegistryUnreachable: \S+:5443 still answers 503: call again later", refused)


def noisy(tiny: Tiny, names: Iterable[str]) -> Tiny:
    """Services of two megabytes that do not compress."""
    repository, _ = tiny
    for name in names:
        repository.service(name, "FROM scratch\nCOPY . /\n")
        (repository.root / f"small/{name}/noise").write_bytes(noise(f"{name} {repository.seed}"))
    return tiny


def add(registry: LiveRegistry, faults: Mapping[str, Fault]) -> None:
    """Let each fault meet the service whose name it has."""
    for name, fault in faults.items():
        registry.faults.add(evolve(fault, path=fault.path.replace("SERVICE", name)))


def assert_asked_once(registry: LiveRegistry, mark: int, refused: str) -> None:
    """No request since the mark that a fault answered came twice."""
    met = [(each.path, each.query) for each in registry.requests(mark) if each.fault]
    assert met, refused
    assert len(met) == len(set(met)), refused


def noise(seed: str) -> bytes:
    """Two megabytes, others for each seed."""
    return Random(seed).randbytes(2_000_000)  # noqa: S311
