"""People of the realm as they come to a stand: by a portal's sign-in, or with a token of their own."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from attrs import define, field

from ci.catalogue.tables import SmokeTable
from ci.smoke.sign_in import form_of, sign_in
from ci.smoke.ways import Host, Ways, browser
from tests.support.stand import PUBLIC_HOST, Stand

MARIA: Final = SmokeTable(user="maria", password="dev-maria")  # of the dev realm: has every role
REALM: Final = f"http://{PUBLIC_HOST}:58080/realms/ois"
_RENEWED_SECONDS: Final = 120  # of the five minutes that a token is good for


def user(name: str) -> SmokeTable:
    """A user of the dev realm."""
    return SmokeTable(user=name, password=f"dev-{name}")


def portal_url(stand: Stand, portal: str) -> str:
    (port,) = stand.shapes[portal].ports
    return f"http://{PUBLIC_HOST}:{port.host}/"


def visit(stand: Stand, portal: str, who: SmokeTable = MARIA) -> tuple[httpx.Response, Mapping[str, str]]:
    """The page of a portal after a sign-in, and the cookie that this left."""
    return asyncio.run(_visit(stand.ways, portal_url(stand, portal), portal, who))


@define
class Pass:
    """A token of one person for the gateway, renewed while the tests go on."""

    stand: Stand
    who: SmokeTable = MARIA
    portal: str = "portal-issuer"
    _token: str = field(default="", init=False)
    _since: float = field(default=0, init=False)

    def __call__(self) -> str:
        if not self._token or time.monotonic() - self._since > _RENEWED_SECONDS:
            redirect = f"{portal_url(self.stand, self.portal)}auth/callback"
            self._token = asyncio.run(_tokens(self.stand.ways, self.portal, redirect, self.who))["access_token"]
            self._since = time.monotonic()
        return self._token


async def _visit(ways: Ways, url: str, portal: str, who: SmokeTable) -> tuple[httpx.Response, Mapping[str, str]]:
    async with browser(Host(PUBLIC_HOST, ways)) as client:
        page = await sign_in(client, url, who)
        cookie = f"{portal}-session"
        return page, {cookie: client.cookies[cookie]}


async def _tokens(ways: Ways, client_id: str, redirect: str, who: SmokeTable) -> dict[str, Any]:
    """What Keycloak gives a public client for a code (RFC 7636)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    async with browser(Host(PUBLIC_HOST, ways)) as client:
        form = form_of((await client.get(f"{REALM}/protocol/openid-connect/auth?{urlencode(asked)}")).text)
        assert form
        entered = {"username": who.user, "password": who.password}
        back = await client.post(form, data=entered, follow_redirects=False)
        (code,) = parse_qs(urlsplit(back.headers["location"]).query)["code"]
        shown = {"grant_type": "authorization_code", "client_id": client_id, "redirect_uri": redirect, "code": code}
        given = await client.post(f"{REALM}/protocol/openid-connect/token", data={**shown, "code_verifier": verifier})
    assert given.is_success, given.text
    told: dict[str, Any] = given.json()
    return told
