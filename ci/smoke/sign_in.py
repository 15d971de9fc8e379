"""A sign-in as a browser does it, without one: the portal's redirect, Keycloak's form, the portal's page."""

import re
from html import unescape
from typing import Final

import httpx

from ci.catalogue.tables import SmokeTable

FORM: Final = re.compile(r'<form\b[^>]*id="kc-form-login"[^>]*>')  # of Keycloak's own theme
ACTION: Final = re.compile(r'\baction="([^"]*)"')


async def sign_in(client: httpx.AsyncClient, url: str, person: SmokeTable) -> httpx.Response:
    """The page that the portal shows to the person; raise `SignInFailed` where the way there ends."""
    asked = await client.get(url)
    action = form_of(asked.text)
    if action is None:
        raise SignInFailed(f"{url} did not lead to Keycloak's form: {asked.url.copy_with(query=None)} {_told(asked)}")
    page = await client.post(action, data={"username": person.user, "password": person.password})
    if form_of(page.text):
        raise SignInFailed(f"Keycloak did not let {person.user} in: {_error(page.text)}")
    if page.is_error or (page.url.host, page.url.port) != (httpx.URL(url).host, httpx.URL(url).port):
        raise SignInFailed(f"{page.url.copy_with(query=None)} {_told(page)}")
    return page


def form_of(page: str) -> str | None:
    """Where a page's sign-in form goes; None when it has no such form."""
    form = FORM.search(page)
    action = ACTION.search(form[0]) if form else None
    return unescape(action[1]) if action else None


class SignInFailed(Exception):
    """A sentence about where the way to a portal's page ended."""


def _told(answer: httpx.Response) -> str:
    words = " ".join(re.sub(r"<(script|style|title).*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL).split())
    return f"answered {answer.status_code}: {unescape(words)[:300]}"


def _error(page: str) -> str:
    found = re.search(r'id="input-error[^"]*"[^>]*>(.*?)<', page, re.DOTALL)
    return unescape(found[1].strip()) if found else "it shows its form again"
