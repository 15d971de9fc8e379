"""HTTP with deadlines, as little as is needed."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException
from typing import TypeVar
from urllib.parse import urlencode

from bootstrap.errors import BootstrapError

OK = HTTPStatus.OK
Answer = TypeVar("Answer")
MANIFESTS = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"


def get(url: str, seconds: float) -> bytes:
    """The body behind an address."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310  # the caller's constant
            return bytes(answer.read())
    except (OSError, ValueError, HTTPException) as fault:
        raise BootstrapError(f"{url} cannot be downloaded: {fault}") from None


def manifest_status(host: str, repository: str, tag: str, seconds: float) -> int:
    """What a registry says to a pull of this image, with the token that it offers to anyone."""
    url = f"{scheme(host)}://{host}/v2/{repository}/manifests/{tag}"
    status, challenge = _head(url, "", seconds)
    if status == HTTPStatus.UNAUTHORIZED and (asked := token_url(challenge)):
        given = json.loads(get(asked, seconds))
        status, _ = _head(url, given.get("token") or given["access_token"], seconds)
    return status


def status(url: str, seconds: float) -> int:
    """What an address answers to a HEAD."""
    return _head(url, "", seconds)[0]


def token_url(challenge: str) -> str:
    """Where a Bearer challenge sends us for a token."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm = fields.pop("realm", "")
    return f"{realm}?{urlencode(fields)}" if realm and challenge.startswith("Bearer ") else ""


def scheme(host: str) -> str:
    """Docker's rule: only a registry on this machine may speak plain HTTP."""
    return "http" if host.partition(":")[0] in {"localhost", "127.0.0.1"} else "https"


def within(seconds: float, ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None when it fails or is late: a slow resolver knows no timeout of its own."""
    answers: list[Answer] = []

    def attempt() -> None:
        with suppress(Exception):  # it would be a traceback on the user's screen
            answers.append(ask())

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def _head(url: str, token: str, seconds: float) -> tuple[int, str]:
    headers = {"Accept": MANIFESTS, **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, method="HEAD", headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
            return answer.status, ""
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers.get("WWW-Authenticate", "")
