"""The test registry lets in and refuses as GitLab's does."""

from collections.abc import Iterator

import httpx
import pytest
from attrs import evolve

from tests.support.registry import EXPIRED, PUSHER, READER, Account, Kind, LiveRegistry, Place
from tests.support.registry.accounts import repository
from tests.support.registry.store import Manifest

NAME = "group/project/identity"
PULL, PUSH = f"repository:{NAME}:pull", f"repository:{NAME}:pull,push"


@pytest.fixture
def client(registry: LiveRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"https://{registry.local}", verify=registry.authority.client_context()) as client:
        yield client


def ask_token(client: httpx.Client, account: Account | None, *scopes: str) -> httpx.Response:
    login = (account.user, account.password) if account else None
    parameters = {"service": "container_registry", "scope": list(scopes)}
    return client.get("/jwt/auth", params=parameters, auth=login)


def bearer(client: httpx.Client, account: Account, *scopes: str) -> dict[str, str]:
    return {"authorization": f"Bearer {ask_token(client, account, *scopes).json()['token']}"}


def start_upload(client: httpx.Client, headers: dict[str, str], name: str = NAME) -> httpx.Response:
    return client.post(f"/v2/{name}/blobs/uploads/", headers=headers)


def test_the_challenge_names_realm_service_and_scope(client: httpx.Client, registry: LiveRegistry) -> None:
    answer = client.get(f"/v2/{NAME}/tags/list")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="https://{registry.local}/jwt/auth",service="container_registry",scope="{PULL}"'
    )


def test_on_the_network_the_realm_is_another_host(client: httpx.Client, registry: LiveRegistry, place: Place) -> None:
    answer = client.get("/v2/", headers={"host": registry.address})
    assert answer.headers["www-authenticate"].startswith(f'Bearer realm="https://{place.token_server}/jwt/auth"')


@pytest.mark.parametrize(
    "scopes",
    [
        pytest.param((PUSH,), id="one scope"),
        pytest.param((PULL, PUSH), id="two parameters"),
        pytest.param((f"{PULL} {PUSH}",), id="two in one string"),
    ],
)
def test_who_may_push_can_start_an_upload(client: httpx.Client, scopes: tuple[str, ...]) -> None:
    started = start_upload(client, bearer(client, PUSHER, *scopes))
    assert started.status_code == 202
    assert started.headers["location"].startswith(f"{client.base_url}/v2/{NAME}/blobs/uploads/".replace("//v2", "/v2"))


@pytest.mark.parametrize(
    ("account", "name"),
    [
        pytest.param(READER, NAME, id="may only read"),
        pytest.param(PUSHER, "other/project/identity", id="not this project"),
        pytest.param(PUSHER, "group/project-two/identity", id="a longer name"),
    ],
)
def test_who_may_not_push_gets_a_token_that_does_not_suffice(client: httpx.Client, account: Account, name: str) -> None:
    refused = start_upload(client, bearer(client, account, f"repository:{name}:pull,push"), name)
    assert refused.status_code == 401
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


def test_who_may_read_can_read(client: httpx.Client, registry: LiveRegistry) -> None:
    stored = registry.store.put_image(NAME, "read")
    headers = {**bearer(client, READER, PULL), "accept": stored.media_type}
    answer = client.get(f"/v2/{NAME}/manifests/read", headers=headers)
    assert answer.content == stored.content


@pytest.mark.parametrize(
    ("account", "status"),
    [
        pytest.param(EXPIRED, 401, id="expired"),
        pytest.param(evolve(PUSHER, password="wrong"), 401, id="wrong password"),
        pytest.param(None, 403, id="nobody"),
    ],
)
def test_no_token_is_given(client: httpx.Client, account: Account | None, status: int) -> None:
    assert ask_token(client, account, PUSH).status_code == status


def test_post_is_unknown_to_gitlab(client: httpx.Client) -> None:
    assert client.post("/jwt/auth", data={"grant_type": "password"}).status_code == 404


def test_a_lapsed_token_is_refused(client: httpx.Client, registry: LiveRegistry) -> None:
    token = registry.store.signer.token(PUSHER.user, [repository(NAME, "pull", "push")], seconds=-90)
    refused = start_upload(client, {"authorization": f"Bearer {token}"})
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_what_is_put_has_the_same_bytes_under_each_tag_until_deleted(registry: LiveRegistry) -> None:
    name = "group/project/store"
    stored = registry.store.put_image(name, "a1b2c3d")
    registry.put(name, "dev", stored)
    assert registry.tags(name) == ("a1b2c3d", "dev")
    assert registry.manifest(name, "dev") == Manifest(stored.content, stored.media_type)
    assert registry.store.blob(name, stored.json()["layers"][0]["digest"]) == b"layer"
    registry.delete(name, stored.digest)
    assert registry.tags(name) == ()
    assert registry.manifest(name, "dev") is None


def test_the_journal_tells_a_pushed_blob_from_a_started_upload(client: httpx.Client, registry: LiveRegistry) -> None:
    mark = registry.mark()
    headers = bearer(client, PUSHER, PUSH)
    location = start_upload(client, headers).headers["location"]
    assert not any(request.pushes_blob for request in registry.requests(mark))
    client.patch(location, headers=headers, content=b"x" * 100)
    uploads = registry.requests(mark, Kind.UPLOAD)
    assert [(each.method, each.status, each.received, each.pushes_blob) for each in uploads] == [
        ("POST", 202, 0, False),
        ("PATCH", 202, 100, True),
    ]
    assert "PATCH" in registry.story()
