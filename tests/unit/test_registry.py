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
from ci.registry.manifest import Manifest, digest_of
from ci.registry.registry import Address

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
    with pytest.raises(RegistryUnreachable, match=r"^registry\.test does not answer \(reset\): check --registry"):
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
        ("https://auth.test/", "<html>", r"auth\.test gives a web page, no token, as no registry does"),
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

    with pytest.raises(RegistryRefused, match=sentence):
        await plain(told).manifest("one", "a")


async def test_a_redirects_target_is_sent_no_password_and_no_token() -> None:
    asked = list[tuple[str, str]]()

    def told(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers.get("Authorization", "")))
        match request.url.host:
            case "registry.test" if "Authorization" in request.headers:
                return httpx.Response(307, headers={"Location": "https://storage.test/blob"})
            case "registry.test":
                return httpx.Response(401, headers=CHALLENGE)
            case "auth.test":
                return httpx.Response(200, json={"token": "t"})
            case _:
                realm = 'Bearer realm="https://thief.test/"'
                return httpx.Response(401, headers={"WWW-Authenticate": realm})

    with pytest.raises(RegistryRefused, match=r"registry\.test leads to storage\.test, which answers 401"):
        await plain(told).blob("one", "sha256:1")
    assert [host for host, _ in asked] == ["registry.test", "auth.test", "registry.test", "storage.test"]
    assert asked[-1] == ("storage.test", "")


@pytest.mark.parametrize(
    ("location", "target", "token"),
    [
        ("https://storage.test/u/1", "https://storage.test/u/1", ""),
        ("https://registry.test:8443/u/1", "https://registry.test:8443/u/1", ""),
        ("http://registry.test/u/1", "https://registry.test/u/1", "Bearer t"),
        ("/u/1", "https://registry.test/u/1", "Bearer t"),
    ],
)
async def test_the_token_goes_to_an_upload_of_the_same_origin_alone_and_never_in_the_clear(
    location: str, target: str, token: str
) -> None:
    puts = list[tuple[str, str]]()

    def told(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.test":
            return httpx.Response(200, json={"token": "t"})
        if request.method == "PUT":
            puts.append((str(request.url.copy_with(query=None)), request.headers.get("Authorization", "")))
            return httpx.Response(201)
        if "Authorization" not in request.headers:
            return httpx.Response(401, headers=CHALLENGE)
        return httpx.Response(202, headers={"Location": location})

    await plain(told).push_blob("one", b"x")
    assert puts == [(target, token)]


async def test_a_realm_without_encryption_gets_no_password() -> None:
    def told(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "registry.test"
        return httpx.Response(401, headers={"WWW-Authenticate": 'Bearer realm="http://auth.test/jwt/auth"'})

    with pytest.raises(RegistryRefused, match=r"sent to auth\.test without encryption: nothing was sent"):
        await plain(told).manifest("one", "a")


async def test_other_bytes_than_the_digest_says_are_refused() -> None:
    body, headers = b'{"layers": []}', {"Content-Type": "application/json"}
    client, _ = registry(lambda _: httpx.Response(200, content=body, headers=headers))
    good, bad = digest_of(body), digest_of(b"other")
    manifest = await client.manifest("one", good)
    assert manifest
    assert manifest.digest == good
    for ask in (client.manifest, client.blob):
        with pytest.raises(RegistryRefused, match=rf"gives other bytes than one@{bad}"):
            await ask("one", bad)


@pytest.mark.parametrize("stored", [True, False])
async def test_a_blob_whose_answer_was_lost_is_looked_for_and_then_sent_again(stored: bool) -> None:  # noqa: FBT001
    uploads, blobs = list[str](), set[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        digest = request.url.params.get("digest", "")
        match request.method:
            case "POST":
                return httpx.Response(202, headers={"Location": f"u/{len(uploads)}"})
            case "PUT":
                uploads.append(request.url.path)
                if len(uploads) == 1:
                    blobs.update({digest} if stored else ())
                    raise httpx.ReadError("lost")
                if request.url.path in uploads[:-1]:
                    return httpx.Response(404, json={"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]})
                blobs.add(digest)
                return httpx.Response(201)
            case _:
                return httpx.Response(200 if request.url.path.rpartition("/")[2] in blobs else 404)

    client, _ = registry(answer)
    await client.push_blob("one", b"x")
    assert blobs == {digest_of(b"x")}
    assert len(uploads) == (2 if stored else 3)


async def test_a_cancel_that_fails_fails_nothing() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.method == "DELETE" else httpx.Response(202, headers={"Location": "u"})

    client, asked = registry(answer)
    await client.check_push("one")
    assert {line.partition(" ")[0] for line in asked} == {"POST", "DELETE"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(200, text="<html>"), "gives no place for an upload of one"),
        (httpx.Response(302, headers={"Location": "/v2/"}), r"fails \(TooManyRedirects\)"),
        (
            httpx.Response(202, headers={"Location": "https://registry.test:5o50/"}),
            "names no address for an upload of one",
        ),
        (httpx.Response(302, headers={"Location": "https://registry.test:5o50/"}), "Invalid port: '5o50'"),
        (httpx.Response(200, content=b"x", headers={"Content-Encoding": "gzip"}), "as no registry does"),
    ],
    ids=["web page", "loop", "bad port", "redirect to a bad port", "no gzip"],
)
async def test_what_no_registry_answers_is_one_sentence_with_the_flag(answer: httpx.Response, sentence: str) -> None:
    client, _ = registry(lambda _: answer)
    with pytest.raises((RegistryRefused, RegistryUnreachable), match=rf"registry\.test .*{sentence}") as refused:
        await client.push_blob("one", b"x")
    assert "check --registry" in str(refused.value)


def plain(answer: Answer) -> Registry:
    """A registry whose every request, those for tokens too, is answered by `answer`."""
    login = Login("ci", "canary")
    link = Link("registry.test", login, httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    return Registry(Address("registry.test", "group/project"), login, link)
