"""The front fails as it is told to, and no further."""

import time
from collections.abc import Iterator
from threading import Timer

import httpx
import pytest

from tests.support.registry import Cut, Fault, Hang, LiveRegistry, Reply, Slow
from tests.support.registry.accounts import repository

NAME = "group/project/faulty"
LAYER = b"x" * 300_000


@pytest.fixture
def client(registry: LiveRegistry) -> Iterator[httpx.Client]:
    token = registry.store.signer.token("tests", [repository(NAME, "pull", "push")])
    with httpx.Client(
        base_url=f"https://{registry.local}",
        verify=registry.authority.client_context(),
        headers={"authorization": f"Bearer {token}"},
        timeout=5,
    ) as client:
        yield client


@pytest.fixture
def blob(registry: LiveRegistry) -> str:
    return f"/v2/{NAME}/blobs/{registry.store.put_blob(NAME, LAYER)}"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
def test_a_reply_comes_as_often_as_asked(client: httpx.Client, registry: LiveRegistry, status: int) -> None:
    registry.faults.add(Fault(method="GET", path="/v2/", effect=Reply(status), times=2))
    assert [client.get("/v2/").status_code for _ in range(3)] == [status, status, 200]


def test_retry_after_is_sent(client: httpx.Client, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(path="/v2/", effect=Reply(429, retry_after=3)))
    assert client.get("/v2/").headers["retry-after"] == "3"


def test_a_fault_meets_only_its_requests_after_those_that_may_pass(
    client: httpx.Client, registry: LiveRegistry
) -> None:
    registry.faults.add(Fault(method="HEAD", path="/v2/", effect=Reply(500), passing=1, times=None))
    assert client.get("/v2/").status_code == 200
    assert [client.head("/v2/").status_code for _ in range(3)] == [200, 500, 500]
    registry.faults.lift()
    assert client.head("/v2/").status_code == 200


def test_the_token_endpoint_fails_too(client: httpx.Client, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(path="/jwt/auth", effect=Reply(503)))
    assert client.get("/jwt/auth").status_code == 503


def test_a_download_is_cut_in_its_middle(client: httpx.Client, registry: LiveRegistry, blob: str) -> None:
    registry.faults.add(Fault(path=blob, effect=Cut(after=1000)))
    mark = registry.mark()
    with pytest.raises(httpx.TransportError):
        client.get(blob)
    assert [(each.status, each.sent) for each in registry.requests(mark)] == [(200, 1000)]
    assert client.get(blob).content == LAYER


def test_an_upload_is_cut_in_its_middle_and_stores_nothing(client: httpx.Client, registry: LiveRegistry) -> None:
    location = client.post(f"/v2/{NAME}/blobs/uploads/").headers["location"]
    registry.faults.add(Fault(method="PATCH", effect=Cut(after=70_000, upload=True)))
    mark = registry.mark()
    with pytest.raises(httpx.TransportError):
        client.patch(location, content=LAYER)
    assert [(each.status, each.received) for each in registry.requests(mark)] == [(None, 70_000)]


def test_an_answer_is_lost_after_the_registry_acted(client: httpx.Client, registry: LiveRegistry) -> None:
    stored = registry.store.put_image(NAME, "first")
    registry.faults.add(Fault(method="PUT", effect=Cut(after=0)))
    with pytest.raises(httpx.TransportError):
        put_manifest(client, "lost", stored.content, stored.media_type)
    assert registry.manifest(NAME, "lost") == stored


def test_a_request_is_lost_before_the_registry_acts(client: httpx.Client, registry: LiveRegistry) -> None:
    stored = registry.store.put_image(NAME, "first")
    registry.faults.add(Fault(method="PUT", effect=Cut(after=0, upload=True)))
    with pytest.raises(httpx.TransportError):
        put_manifest(client, "never", stored.content, stored.media_type)
    assert registry.manifest(NAME, "never") is None


def test_a_hanging_request_is_in_the_journal_until_its_client_goes(
    client: httpx.Client, registry: LiveRegistry
) -> None:
    registry.faults.add(Fault(path="/v2/", effect=Hang()))
    mark = registry.mark()
    with pytest.raises(httpx.ReadTimeout):
        client.get("/v2/", timeout=0.3)
    assert [(each.status, each.fault) for each in registry.requests(mark)] == [(None, "Hang()")]
    assert client.get("/v2/").status_code == 200


def test_lifting_resets_what_hangs(client: httpx.Client, registry: LiveRegistry) -> None:
    registry.faults.add(Fault(path="/v2/", effect=Hang()))
    Timer(0.2, registry.faults.lift).start()
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.get("/v2/")


@pytest.mark.parametrize("effect", [Slow(seconds=0.3), Slow(bytes_per_second=1_000_000)], ids=str)
def test_a_slow_answer_is_whole(client: httpx.Client, registry: LiveRegistry, blob: str, effect: Slow) -> None:
    registry.faults.add(Fault(path=blob, effect=effect))
    began = time.monotonic()
    assert client.get(blob).content == LAYER
    assert time.monotonic() - began >= 0.3


def put_manifest(client: httpx.Client, tag: str, content: bytes, media_type: str) -> httpx.Response:
    return client.put(f"/v2/{NAME}/manifests/{tag}", content=content, headers={"content-type": media_type})
