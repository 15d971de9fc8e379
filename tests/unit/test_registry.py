"""The registry's client: tokens, what is asked again, and a no in GitLab's terms."""

import json
from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest
import stamina

from ci.cause import refusal_of
from ci.errors import RegistryRefused, RegistryUnreachable, SettingMissing
from ci.registry import Registry
from ci.registry.link import Link, Login, worth_retrying
from ci.registry.registry import Address, Manifest, digest_of

Answer = Callable[[httpx.Request], httpx.Response]
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="https://auth.test/jwt/auth",service="registry",scope="ignored"'}


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=5)
    yield
    stamina.set_testing(False)


def registry(answer: Answer) -> tuple[Registry, list[str]]:
    """A registry whose every request is answered by `answer`, and the lines of what was asked."""
    asked: list[str] = []
    tokens = count(1)

    def told(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/jwt/auth":
            return httpx.Response(200, json={"token": f"token-{next(tokens)}"})
        return answer(request)

    login = Login("ci", "canary")
    link = Link("registry.test", login, httpx.AsyncClient(transport=httpx.MockTransport(told)))
    return Registry(Address("registry.test", "group/project"), login, link), asked


def needs_token(request: httpx.Request) -> httpx.Response:
    known = "Authorization" in request.headers
    return httpx.Response(404) if known else httpx.Response(401, headers=CHALLENGE)


async def test_a_token_is_asked_for_once_and_kept() -> None:
    client, asked = registry(needs_token)
    assert await client.manifest("one", "a") is None
    assert await client.manifest("one", "b") is None
    assert asked == [
        "GET /v2/group/project/one/manifests/a",
        "GET /jwt/auth",
        "GET /v2/group/project/one/manifests/a",
        "GET /v2/group/project/one/manifests/b",
    ]


async def test_a_token_to_push_is_one_to_read_too_and_the_next_image_s_is_asked_for_at_once() -> None:
    def any_upload(request: httpx.Request) -> httpx.Response:
        answer = needs_token(request)
        return httpx.Response(202, headers={"Location": "uploads/1"}) if answer.status_code == 404 else answer

    client, asked = registry(any_upload)
    for name in ("one", "two"):
        await client.check_push(name)
        await client.lost(name, Manifest(b'{"config": {"digest": "sha256:1"}}', "application/json"))
    assert asked == [
        "POST /v2/group/project/one/blobs/uploads/",
        "GET /jwt/auth",
        "POST /v2/group/project/one/blobs/uploads/",
        "DELETE /v2/group/project/one/blobs/uploads/uploads/1",
        "HEAD /v2/group/project/one/blobs/sha256:1",
        "GET /jwt/auth",
        "POST /v2/group/project/two/blobs/uploads/",
        "DELETE /v2/group/project/two/blobs/uploads/uploads/1",
        "HEAD /v2/group/project/two/blobs/sha256:1",
    ]


async def test_a_token_that_is_good_for_more_is_replaced_once_it_has_run_out() -> None:
    run_out = False

    def until_then(request: httpx.Request) -> httpx.Response:
        good = request.headers.get("Authorization") == ("Bearer token-2" if run_out else "Bearer token-1")
        answer = httpx.Response(202, headers={"Location": "1"}, content=b"x")
        return answer if good else httpx.Response(401, headers=CHALLENGE)

    client, asked = registry(until_then)
    await client.check_push("one")
    run_out = True
    digest = digest_of(b"x")
    for _ in range(2):
        await client.blob("one", digest)
    assert asked.count("GET /jwt/auth") == 2
    assert asked.count(f"GET /v2/group/project/one/blobs/{digest}") == 3


async def test_a_token_to_read_is_none_to_push() -> None:
    client, asked = registry(needs_token)
    assert await client.manifest("one", "a") is None
    with pytest.raises(RegistryRefused):
        await client.tag("one", Manifest(b"{}", "application/json"), "dev")
    assert asked.count("GET /jwt/auth") == 2


async def test_a_token_that_has_run_out_is_replaced() -> None:
    def second_only(request: httpx.Request) -> httpx.Response:
        good = request.headers.get("Authorization") == "Bearer token-2"
        return httpx.Response(404) if good else httpx.Response(401, headers=CHALLENGE)

    client, asked = registry(second_only)
    with pytest.raises(RegistryRefused):  # a new token that is refused at once is a no
        await client.manifest("one", "a")
    assert await client.manifest("one", "a") is None
    assert asked.count("GET /jwt/auth") == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_pass_is_asked_five_times(status: int) -> None:
    client, asked = registry(lambda _: httpx.Response(status))
    with pytest.raises(RegistryUnreachable, match=f"^registry.test still answers {status}: call again later$"):
        await client.manifest("one", "a")
    assert len(asked) == 5


async def test_a_connection_that_breaks_is_tried_five_times(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset", request=request)

    client, asked = registry(broken)
    with pytest.raises(RegistryUnreachable, match=r"^registry\.test does not answer \(reset\): check the registry's"):
        await client.manifest("one", "a")
    assert len(asked) == 5
    assert caplog.records == []  # what failed stands in the error, once


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        pytest.param(
            403,
            "ci may not push to group/project/one at registry.test (403): the path must be the project's own "
            "(CI_REGISTRY_IMAGE), the user needs the role Developer in it, and the tag must not be protected",
            id="no right",
        ),
        pytest.param(
            404,
            "there is no group/project/one at registry.test (404): the path must be the project's own "
            "(CI_REGISTRY_IMAGE), with its container registry switched on (Settings, General, Visibility)",
            id="no project",
        ),
        pytest.param(
            400, "registry.test answers 400 to repository:group/project/one:pull,push: odd", id="anything else"
        ),
    ],
)
async def test_a_no_is_explained_and_not_asked_again(status: int, sentence: str) -> None:
    client, asked = registry(lambda _: httpx.Response(status, text="odd"))
    with pytest.raises(RegistryRefused) as refused:
        await client.tag("one", Manifest(b"{}", "application/json"), "dev")
    assert str(refused.value) == sentence
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [({"Retry-After": "3"}, 3.0), ({"Retry-After": "900"}, 30.0), ({"Retry-After": "soon"}, True), ({}, True)],
)
def test_retry_after_is_honoured_within_bounds(headers: dict[str, str], waits: object) -> None:
    request = httpx.Request("GET", "https://registry.test")
    fault = httpx.HTTPStatusError("", request=request, response=httpx.Response(429, headers=headers, request=request))
    assert worth_retrying(fault) == waits


@pytest.mark.parametrize("text", ["registry.test", "https://registry.test/a/b", "registry.test/Group/b", "a b/c", ""])
def test_an_address_that_is_no_project_is_refused(text: str) -> None:
    with pytest.raises(SettingMissing) as refused:
        Address.parse(text)
    assert str(refused.value) == (
        f'the registry is "{text}", must be HOST/GROUP/PROJECT in lower case without https://, '
        "for instance registry.gitlab.com/ois/cfa: set CI_REGISTRY_IMAGE or pass --registry"
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("failed to push: unexpected status from PUT request to https://r.test/v2/x/manifests/a: 403 Forbidden", 403),
        ("unexpected status from HEAD request to https://r.test/v2/x/blobs/sha256:404: 404 Not Found", 404),
        ("unexpected status from PUT request to https://r.test/v2/x/manifests/a: 502 Bad Gateway", None),
        ("exit code: 403", None),
    ],
)
def test_a_no_to_the_engine_is_told_from_a_hiccup(error: str, status: int | None) -> None:
    assert refusal_of(error) == status


@pytest.mark.parametrize(
    ("told", "every_layer", "lost"),
    [
        ({"config": {"digest": "sha256:here"}, "layers": []}, True, ""),
        ({"config": {"digest": "sha256:gone"}, "layers": []}, False, "sha256:gone"),
        ({"config": {"digest": "sha256:here"}, "layers": [{"digest": "sha256:gone"}]}, False, ""),
        ({"config": {"digest": "sha256:here"}, "layers": [{"digest": "sha256:gone"}]}, True, "sha256:gone"),
        ({"manifests": [{"digest": "sha256:here"}, {"digest": "sha256:gone"}]}, False, "sha256:gone"),
    ],
    ids=["no layers", "config", "layer unasked", "layer", "index"],
)
async def test_a_lost_part_of_an_image_is_named(told: dict[str, object], *, every_layer: bool, lost: str) -> None:
    client, asked = registry(lambda request: httpx.Response(404 if request.url.path.endswith("gone") else 200))
    manifest = Manifest(json.dumps(told).encode(), "any")
    assert await client.lost("one", manifest, every_layer=every_layer) == lost
    kind = "manifests" if "manifests" in told else "blobs"
    assert {line.rpartition("/")[0] for line in asked} == {f"HEAD /v2/group/project/one/{kind}"}


@pytest.mark.parametrize("place", ["r.test:99999/p", "r.test:x/p", "r.test:/p", "r.test:0/p", "r.test/p//q", "[::1/p"])
def test_an_address_that_no_client_can_take_is_refused_at_once(place: str) -> None:
    with pytest.raises(SettingMissing, match="must be HOST/GROUP/PROJECT in lower case"):
        Address.parse(place)


@pytest.mark.parametrize("body", ["<html>", "[]", '{"layers": 1}', '{"layers": [{}]}', '{"config": 1}', "[" * 10**5])
async def test_what_is_no_manifest_is_said(body: str) -> None:
    client, _ = registry(lambda _: httpx.Response(200, text=body))
    with pytest.raises(RegistryRefused, match=r"registry\.test gives no manifest of one:a, as no registry does: "):
        await client.manifest("one", "a")


@pytest.mark.parametrize(
    ("realm", "answer", "sentence"),
    [
        ("https://auth.test:x/", "", r"registry\.test offers no token as GitLab's registry does"),
        ("https://auth.test/", "<html>", r"auth\.test gives no token, as no registry does"),
        ("https://auth.test/", "{}", r"auth\.test gives no token, as no registry does"),
        ("https://auth.test/", "[" * 10**5, r"auth\.test gives no token, as no registry does"),
    ],
)
async def test_who_gives_no_token_is_named(realm: str, answer: str, sentence: str) -> None:
    def told(request: httpx.Request) -> httpx.Response:
        challenge = {"WWW-Authenticate": f'Bearer realm="{realm}",service="registry"'}
        return (
            httpx.Response(200, text=answer) if "auth" in request.url.host else httpx.Response(401, headers=challenge)
        )

    login = Login("ci", "canary")
    link = Link("registry.test", login, httpx.AsyncClient(transport=httpx.MockTransport(told)))
    with pytest.raises(RegistryRefused, match=sentence):
        await Registry(Address("registry.test", "group/project"), login, link).manifest("one", "a")
