"""A registry that lies, and what stands before one: the client gives away nothing, and believes nothing."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

import httpx
import pytest
from attrs import evolve

from ci import lock
from ci.errors import LockMissing, PromotionRefused, RegistryRefused
from ci.lock import Image, Lock, Status
from ci.promotion import Asked, promote_in
from ci.registry import Registry, link
from ci.registry.manifest import digest_of
from tests.support.registry import Cut, Fault, Lie, LiveRegistry, Plain, Reply
from tests.support.registry.accounts import PROJECT

NAME: Final = "hostile"
PATH: Final = f"/v2/{PROJECT}/{NAME}"
BLOB: Final = b"a small blob"
DIGEST: Final = digest_of(BLOB)
PAGE: Final = Lie(headers={"content-type": "text/html"}, body=b"<!doctype html><title>Sign in</title>")
UNTYPED: Final = Lie(body=b'{"layers": []}')
BAD_PORT: Final = Lie(status=202, headers={"location": "https://127.0.0.1:5o50/"})
LOOP: Final = Lie(status=307, headers={"location": f"{PATH}/again"})
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"

Call = Callable[[Registry], Coroutine[Any, Any, object]]


def elsewhere(registry: LiveRegistry, path: str) -> str:
    """An address of another origin; it leads to the same server, whose journal has what came."""
    return f"https://localhost:{registry.local.rpartition(':')[2]}{path}"


def given_away(registry: LiveRegistry, since: int) -> list[str]:
    """The requests with credentials that went to another origin."""
    return [str(each) for each in registry.requests(since) if each.host != registry.local and each.credentials]


async def test_the_realm_that_a_redirect_names_gets_no_password(ours: Registry, registry: LiveRegistry) -> None:
    storage, mark = elsewhere(registry, "/storage"), registry.mark()
    realm = f'Bearer realm="{elsewhere(registry, "/jwt/auth")}",service="container_registry"'
    registry.faults.add(Fault(path="/storage", effect=Lie(status=401, headers={"www-authenticate": realm}), times=None))
    await ours.manifest(NAME, "first")  # which leaves a token
    registry.faults.add(Fault(path=f"{PATH}/blobs/.*", effect=Lie(status=307, headers={"location": storage})))
    with pytest.raises(RegistryRefused, match=re.escape(f"{registry.local} leads to localhost:")):
        await ours.blob(NAME, DIGEST)
    assert any(each.path == "/storage" for each in registry.requests(mark))
    assert given_away(registry, mark) == []


async def test_a_realm_without_encryption_gets_no_password(ours: Registry, registry: LiveRegistry) -> None:
    realm = 'Bearer realm="http://localhost:9/jwt/auth",service="container_registry"'
    registry.faults.add(Fault(effect=Lie(status=401, headers={"www-authenticate": realm})))
    with pytest.raises(RegistryRefused, match="localhost:9 without encryption: nothing was sent"):
        await ours.manifest(NAME, "first")


async def test_an_upload_to_another_origin_gets_no_token(ours: Registry, registry: LiveRegistry) -> None:
    await ours.check_push(NAME)  # which leaves a token
    mark = registry.mark()
    away = Lie(status=202, headers={"location": elsewhere(registry, f"{PATH}/blobs/uploads/1")})
    registry.faults.add(Fault(method="POST", effect=away, times=None))
    with pytest.raises(RegistryRefused, match=re.escape(f"{registry.local} leads to localhost:")):
        await ours.push_blob(NAME, b"a blob for somebody else")
    assert any(each.method == "PUT" for each in registry.requests(mark))
    assert given_away(registry, mark) == []


async def test_an_upload_to_a_clear_address_of_the_registry_goes_by_tls(ours: Registry, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(method="POST", path=f"{PATH}/blobs/uploads/", effect=Plain(), passing=1, times=2))
    await ours.check_push(NAME)  # the first request is answered 401
    await ours.push_blob(NAME, BLOB)
    assert registry.faults.active() == ()  # it was met
    assert await ours.blob(NAME, DIGEST) == BLOB


@pytest.mark.parametrize(
    ("path", "lie", "call"),
    [
        pytest.param("blobs/.*", Lie(body=b"another"), lambda ours: ours.blob(NAME, DIGEST), id="blob"),
        pytest.param(
            "manifests/.*",
            Lie(headers={"content-type": MANIFEST}, body=b'{"layers": []}'),
            lambda ours: ours.manifest(NAME, DIGEST),
            id="manifest",
        ),
    ],
)
async def test_other_bytes_than_the_digest_says_are_refused(
    ours: Registry, registry: LiveRegistry, path: str, lie: Lie, call: Call
) -> None:
    registry.faults.add(Fault(path=f"{PATH}/{path}", effect=lie))
    with pytest.raises(RegistryRefused, match=re.escape(f"{registry.local} gives other bytes than {NAME}@{DIGEST}")):
        await call(ours)


async def test_an_answer_without_end_is_left(
    ours: Registry, registry: LiveRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "LARGEST", 1000)
    registry.faults.add(Fault(path=f"{PATH}/blobs/.*", effect=Lie(body=b"x" * 1001)))
    with pytest.raises(RegistryRefused, match=f"{registry.local} answers with more than 1000 bytes"):
        await ours.blob(NAME, DIGEST)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(method="PUT", path=f"{PATH}/.*", effect=Cut(after=0)), id="answer lost"),
        pytest.param(Fault(method="PUT", path=f"{PATH}/.*", effect=Cut(after=0, upload=True)), id="request lost"),
        pytest.param(Fault(method="PUT", path=f"{PATH}/.*", effect=Reply(404)), id="upload gone"),
    ],
)
async def test_a_blob_whose_upload_was_lost_is_stored(ours: Registry, registry: LiveRegistry, fault: Fault) -> None:
    content = BLOB + repr(fault.effect).encode()
    registry.faults.add(fault)
    await ours.push_blob(NAME, content)
    assert registry.faults.active() == ()
    assert await ours.blob(NAME, digest_of(content)) == content


async def test_a_trial_upload_that_cannot_be_cancelled_is_no_fault(ours: Registry, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(method="DELETE", effect=Reply(500), times=None))
    mark = registry.mark()
    await ours.check_push(NAME)
    assert sum(each.method == "DELETE" for each in registry.requests(mark)) == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        pytest.param(Fault(path="/jwt/auth", effect=PAGE), "gives a web page, no token", id="a page for a token"),
        pytest.param(Fault(path="/jwt/auth", effect=Lie(body=b"{}")), "gives no token", id="no token"),
        pytest.param(Fault(path="/jwt/auth", effect=Lie(body=b"[" * 99999)), "gives no token", id="deep JSON"),
        pytest.param(Fault(method="GET", path=f"{PATH}/.*", effect=PAGE), "no manifest", id="a page for a manifest"),
        pytest.param(Fault(method="GET", path=f"{PATH}/.*", effect=UNTYPED), "no manifest", id="no type of a manifest"),
        pytest.param(Fault(method="POST", effect=PAGE), "no place for an upload", id="a page for an upload"),
        pytest.param(Fault(method="POST", effect=Lie(status=202)), "no place for an upload", id="no place"),
        pytest.param(Fault(method="POST", effect=BAD_PORT), "no address for an upload", id="a port that is none"),
        pytest.param(Fault(path=f"{PATH}/.*", effect=LOOP, times=None), "TooManyRedirects", id="a loop"),
    ],
)
async def test_an_answer_that_no_registry_gives_is_one_sentence(
    ours: Registry, registry: LiveRegistry, fault: Fault, says: str
) -> None:
    registry.faults.add(fault)
    with pytest.raises(RegistryRefused, match=re.escape(f"{registry.local} ")) as refused:
        await (ours.push_blob(NAME, BLOB) if fault.method == "POST" else ours.manifest(NAME, "first"))
    sentence = str(refused.value)
    assert says in sentence
    assert "check --registry (CI_REGISTRY_IMAGE)" in sentence
    assert "\n" not in sentence


def locked(ours: Registry, commit: str) -> Lock:
    """A lock of one service."""
    ref = ours.address.image(NAME)
    image = Image(service=NAME, status=Status.BUILT, cause="", inputs="k", seconds=0, digest=DIGEST, ref=ref)
    return Lock(commit=commit, created="2026-11-29T00:00:00+00:00", requested=(NAME,), images=(image,))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"digest": f"{DIGEST}\n"}, "is no lock"),
        ({"service": "two words"}, "is no lock"),
        ({"ref": "registry.example/other/hostile"}, "it is of another project; check --registry"),
    ],
)
async def test_a_lock_with_words_that_a_lock_does_not_have_is_refused(
    ours: Registry, words: dict[str, Any], says: str
) -> None:
    well = locked(ours, "1dec6000")
    await lock.store(ours, evolve(well, images=(evolve(well.images[0], **words),)), "1dec6000")
    with pytest.raises(LockMissing, match=re.escape(says)):
        await lock.fetch(ours, "1dec6000")


async def test_a_promotion_overwrites_the_tag_of_no_commit(ours: Registry) -> None:
    for commit in ("1dec6001", "1dec6002"):
        await lock.store(ours, locked(ours, commit), commit)
    with pytest.raises(PromotionRefused, match="1dec6002"):
        await promote_in(ours, Asked(source="1dec6001", destination="1dec6002"))
    assert (await lock.fetch(ours, "1dec6002")).commit == "1dec6002"


async def test_a_small_image_has_the_time_of_what_it_holds(ours: Registry, registry: LiveRegistry) -> None:
    """GitLab without its metadata database takes `created` of an image's config for the age of the image."""
    done = evolve(locked(ours, "1dec6003"), created="2026-01-02T03:04:05+00:00")
    manifest = await lock.store(ours, done, "1dec6003")
    config = await ours.blob(lock.NAME, manifest.parts[0].partition("/")[2])
    assert config
    assert httpx.Response(200, content=config).json()["created"] == done.created
    assert registry.manifest(f"{PROJECT}/{lock.NAME}", "1dec6003")
