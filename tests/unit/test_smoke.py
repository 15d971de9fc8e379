"""A sign-in by HTTP, what it says where its way ends, and how a look is told."""

import json
from collections.abc import Callable

import httpx
import pytest

from ci.catalogue.tables import SmokeTable
from ci.errors import Failed
from ci.smoke.after import red_checks, turned_red
from ci.smoke.sign_in import SignInFailed, sign_in
from ci.smoke.smoke import Look, Status, looks, smoke_answer
from ci.smoke.ways import Detour, Host
from tests.support.host.cases import CATALOGUE

PORTAL = "http://192.0.2.10:53001/"
FORM = (
    '<form id="kc-form-login" onsubmit="return true;" action="http://192.0.2.10:58080/realms/ois/authenticate?a=1&amp;b=2"'
    ' method="post"><input name="username"/></form>'
)
MARIA = SmokeTable(user="maria", password="right")

Answer = Callable[[httpx.Request], httpx.Response]


def browser(answer: Answer) -> httpx.AsyncClient:
    """A client of a host that answers so."""
    ways = {53001: ("127.0.0.1", 1001), 58080: ("127.0.0.1", 1080)}
    return httpx.AsyncClient(
        transport=Detour(Host("192.0.2.10", ways), httpx.MockTransport(answer)), follow_redirects=True
    )


def host(request: httpx.Request) -> httpx.Response:
    """A portal, and Keycloak."""
    match request.url.port, request.url.path:
        case 1001, "/" if "session=1" in request.headers.get("cookie", ""):
            return httpx.Response(200, text="Maria Lebedeva")
        case 1001, "/":
            return httpx.Response(303, headers={"location": "http://192.0.2.10:58080/realms/ois/auth"})
        case 1080, "/realms/ois/auth":
            return httpx.Response(200, text=FORM)
        case 1080, "/realms/ois/authenticate" if b"password=right" in request.content:
            return httpx.Response(303, headers={"location": PORTAL, "set-cookie": "session=1; Path=/; HttpOnly"})
        case _:
            told = '<span id="input-error" class="e">Invalid username or password.</span>'
            return httpx.Response(200, text=FORM + told)


async def test_a_sign_in_goes_through_the_form_and_back_to_the_portal() -> None:
    async with browser(host) as client:
        page = await sign_in(client, PORTAL, MARIA)
    assert (str(page.url), page.text) == (PORTAL, "Maria Lebedeva")


async def test_the_host_sees_the_address_that_was_asked_for() -> None:
    seen = list[str]()

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["host"])
        return host(request)

    async with browser(note) as client:
        await sign_in(client, PORTAL, MARIA)
    assert set(seen) == {"192.0.2.10:53001", "192.0.2.10:58080"}


async def test_a_wrong_password_is_told_in_keycloaks_words() -> None:
    async with browser(host) as client:
        with pytest.raises(SignInFailed, match=r"Keycloak did not let maria in: Invalid username or password\."):
            await sign_in(client, PORTAL, SmokeTable(user="maria", password="wrong"))


async def test_a_portal_that_leads_nowhere_is_told_with_its_words() -> None:
    def down(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503, text="<title>no</title><h1>Not signed in</h1><p>The service does not answer.</p>")

    async with browser(down) as client:
        with pytest.raises(SignInFailed, match=r"answered 503: Not signed in The service does not answer\."):
            await sign_in(client, PORTAL, MARIA)


async def test_a_page_that_ends_in_an_error_is_told() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        signed_in = "session=1" in request.headers.get("cookie", "")
        return httpx.Response(403, text="<p>not for you</p>") if signed_in else host(request)

    async with browser(refused) as client:
        with pytest.raises(SignInFailed, match=r"http://192\.0\.2\.10:53001/ answered 403: not for you"):
            await sign_in(client, PORTAL, MARIA)


@pytest.mark.parametrize("url", ["http://192.0.2.10:5432/", "http://192.0.2.11:53001/"])
async def test_what_a_browser_would_not_reach_is_not_reached(url: str) -> None:
    async with browser(host) as client:
        with pytest.raises(httpx.ConnectError, match=r"is no address of 192\.0\.2\.10 that a container publishes"):
            await client.get(url)


@pytest.mark.parametrize(
    ("address", "port", "url"),
    [
        ("192.0.2.10", 80, "http://192.0.2.10/health"),
        ("CFA2.ois.test", 58081, "http://cfa2.ois.test:58081/health"),
        ("2001:db8::10", 58081, "http://[2001:db8::10]:58081/health"),
    ],
)
async def test_a_host_is_asked_as_browsers_write_its_address(address: str, port: int, url: str) -> None:
    seen = list[tuple[str, int | None]]()

    def note(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["host"], request.url.port))
        return httpx.Response(200)

    known = Host(address, {port: ("127.0.0.1", 1001)})
    async with httpx.AsyncClient(transport=Detour(known, httpx.MockTransport(note))) as client:
        assert str((await client.get(known.url(port, "/health"))).url) == url
    assert seen == [(url.split("/")[2], 1001)]


@pytest.mark.parametrize(("answers", "status"), [([502, 200], Status.GREEN), ([502, 502, 502], Status.RED)])
async def test_one_bad_answer_alone_is_no_red_look(
    monkeypatch: pytest.MonkeyPatch, answers: list[int], status: Status
) -> None:
    monkeypatch.setattr("ci.smoke.smoke.PAUSE_SECONDS", 0)
    left = iter(answers)
    known = Host("192.0.2.10", {1001: ("127.0.0.1", 1)})
    transport = Detour(known, httpx.MockTransport(lambda _: httpx.Response(next(left))))
    monkeypatch.setattr("ci.smoke.smoke.browser", lambda _: httpx.AsyncClient(transport=transport))
    (look,) = await looks([CATALOGUE.services[0]], known, None)
    assert look.status is status
    assert look.cause.endswith("answered 502 (tried 3 times)") or status is Status.GREEN


async def test_a_page_of_keycloaks_own_is_no_sign_in() -> None:
    def update(request: httpx.Request) -> httpx.Response:
        asked = request.url.path.endswith("/authenticate")
        return httpx.Response(200, text="<h1>Update password</h1>") if asked else host(request)

    async with browser(update) as client:
        with pytest.raises(SignInFailed, match="/authenticate answered 200: Update password"):
            await sign_in(client, PORTAL, MARIA)


def test_what_was_red_before_did_not_turn_red() -> None:
    def seen(status: Status, did: str = "sign-in") -> Look:
        return Look(service="backoffice", did=did, status=status, cause="")

    green, red = seen(Status.GREEN), seen(Status.RED)
    assert turned_red(red_checks([green]), [red]) == (red,)
    assert turned_red(red_checks([red]), [red]) == ()
    assert turned_red(red_checks([red]), [red, seen(Status.RED, "health")]) == (seen(Status.RED, "health"),)
    assert turned_red([], [red, green]) == (red,)


def test_a_red_look_fails_with_the_table_and_a_green_one_is_one_object_for_both() -> None:
    green = Look(service="identity", did="health", status=Status.GREEN, seconds=0.1)
    red = Look(service="backoffice", did="sign-in", status=Status.RED, cause="it answered 500", seconds=1.5)
    assert json.loads(smoke_answer([green], "cfa2", as_json=True))[0]["status"] == "green"
    assert "smoke of cfa2 is green: 1 services are well, 0 portals let people in" in smoke_answer(
        [green], "cfa2", as_json=False
    )
    with pytest.raises(Failed) as failed:
        smoke_answer([green, red], "cfa2", as_json=False)
    assert str(failed.value).endswith("smoke of cfa2 is red: backoffice: it answered 500")
