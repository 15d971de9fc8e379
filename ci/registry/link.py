"""The link to a registry: tokens as GitLab's registry asks for them, retries, its answers in GitLab's terms."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final
from urllib.request import parse_http_list, parse_keqv_list

import httpx
from attrs import field, frozen

from ci import jsons
from ci.errors import RegistryRefused, RegistryUnreachable
from ci.retries import retry_context

ATTEMPTS: Final = 5
LARGEST: Final = 256 * 2**20  # bytes of an answer: a report with its traces
CODED: Final = {"content-encoding", "content-length", "transfer-encoding"}  # no longer true of decoded content
LONGEST_WAIT: Final = 30.0  # seconds that a registry may ask us to wait


@frozen
class Login:
    """Who asks: GitLab's job token, a deploy token or a personal one."""

    user: str
    password: str = field(repr=False)


class Link:
    """One login's requests to one registry; an answer is either good, 404, or raised.

    The password and tokens go to the registry's own origin and to the realm that it names, and nowhere else.
    """

    def __init__(self, host: str, login: Login, http: httpx.AsyncClient) -> None:
        self._origin = httpx.URL(f"https://{host}")
        self._login = login
        self._http = http
        self._challenge: Mapping[str, str] = {}  # where tokens are to be had, from the first no
        self._tokens: dict[str, str] = {}  # by scope

    async def ask(
        self, method: str, url: str, scope: str, *, attempts: int = ATTEMPTS, **request_parts: Any
    ) -> httpx.Response:
        """Send one request with a token for `scope` (`repository:PATH:pull,push`).

        Raise `RegistryRefused` for every no but 404 and for what no registry answers, `RegistryUnreachable` when no
        answer comes.
        """
        request = self._request(method, url, **request_parts)
        send = partial(self._send, request, attempts=attempts)
        if not self._is_own(request.url):
            response = await send()
        else:
            if self._challenge and not self._held(scope):
                self._tokens[scope] = await self._token(scope)
            response = await send(token=self._held(scope))
            if response.status_code == httpx.codes.UNAUTHORIZED and self._is_own(response.url):
                self._challenge = self._challenge_of(response)  # the first request of all, or a token has run out
                self._tokens[scope] = await self._token(scope)
                response = await send(token=self._tokens[scope])
        if response.is_error and response.status_code != httpx.codes.NOT_FOUND:
            if not self._is_own(response.url):
                raise RegistryRefused(f"{self.host} leads to {_host(response)}, which answers {response.status_code}")
            raise RegistryRefused(explain(response, scope, self._login.user))
        return response

    @asynccontextmanager
    async def stream(self, url: str, scope: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of an answer as they come, of any number; raise `RegistryUnreachable` when they do not."""
        try:
            response = await self._begin(url, scope)
            try:
                if response.is_error:
                    raise RegistryUnreachable(f"{_host(response)} answers {response.status_code}: call again later")
                yield response.aiter_raw()
            finally:
                await response.aclose()
        except httpx.TransportError as fault:
            raise RegistryUnreachable(f"{httpx.URL(url).netloc.decode()} broke off ({type(fault).__name__})") from None

    def to_another(self, host: str, login: Login) -> "Link":
        """A link to another registry, for another login."""
        return Link(host, login, self._http)

    @property
    def host(self) -> str:
        """The registry's host and port."""
        return self._origin.netloc.decode()

    def _request(self, method: str, url: str, **parts: Any) -> httpx.Request:
        target = httpx.URL(url)
        if (target.scheme, target.host) == ("http", self._origin.host):  # a proxy before it did not say https
            target = target.copy_with(scheme="https", port=self._origin.port)
        return self._http.build_request(method, target, **parts)

    async def _begin(self, url: str, scope: str) -> httpx.Response:
        request = self._request("GET", url)
        if token := self._held(scope):
            request.headers["Authorization"] = f"Bearer {token}"
        response = await self._http.send(request, follow_redirects=True, stream=True)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._is_own(response.url):
            await response.aclose()
            self._challenge = self._challenge_of(response)
            request.headers["Authorization"] = f"Bearer {await self._token(scope)}"
            response = await self._http.send(request, follow_redirects=True, stream=True)
        return response

    def _is_own(self, url: httpx.URL) -> bool:
        return (url.scheme, url.netloc) == (self._origin.scheme, self._origin.netloc)

    def _held(self, scope: str) -> str:
        """A token for these actions, or for these and more; empty where there is none."""
        return self._tokens.get(scope) or next((self._tokens[one] for one in self._tokens if _covers(one, scope)), "")

    async def _token(self, scope: str) -> str:
        params = {"service": self._challenge.get("service", ""), "scope": scope.split()}
        request = self._http.build_request("GET", self._challenge["realm"], params=params)
        if self._login.user:
            request = next(httpx.BasicAuth(self._login.user, self._login.password).auth_flow(request))
        response = await self._send(request)
        if response.is_error and not self._login.user:
            raise RegistryRefused(f"{_host(response)} gives no token without a login ({response.status_code})")
        if response.is_error:
            raise RegistryRefused(
                f"{_host(response)} refused the login of {self._login.user} ({response.status_code}): a job's "
                "CI_REGISTRY_PASSWORD ends with its job; on a laptop use a token with the scopes read_registry and "
                "write_registry"
            )
        try:
            answer = jsons.loads(response.content)
            token = answer.get("token") or answer.get("access_token")
        except (ValueError, AttributeError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            is_page = response.content.lstrip().startswith(b"<")
            raise no_registry(_host(response), "gives a web page, no token" if is_page else "gives no token")
        return token

    async def _send(self, request: httpx.Request, *, token: str = "", attempts: int = ATTEMPTS) -> httpx.Response:
        """Send until an answer comes that asking again would not change, five times at most."""
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        try:
            async for attempt in retry_context(
                on=worth_retrying, attempts=attempts, timeout=120, wait_initial=0.25, wait_max=8, wait_jitter=0.5
            ):
                with attempt:
                    response = await self._answer(request)
                    if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
                        response.raise_for_status()
        except httpx.HTTPStatusError as fault:
            code = fault.response.status_code
            raise RegistryUnreachable(f"{_host(fault.response)} still answers {code}: call again later") from None
        except httpx.TransportError as fault:
            raise RegistryUnreachable(
                f"{request.url.netloc.decode()} does not answer ({str(fault) or type(fault).__name__}): "
                "check --registry, and that the engine reaches it (./daggerw doctor)"
            ) from None
        except (httpx.RequestError, httpx.InvalidURL) as fault:  # a loop of redirects, a coding that is none
            raise no_registry(request.url.netloc.decode(), f"fails ({type(fault).__name__})") from None
        return response

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """The answer with its content, where that is no longer than the limit."""
        response = await self._http.send(request, follow_redirects=True, stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > LARGEST:
                    raise no_registry(_host(response), f"answers with more than {LARGEST} bytes")
        finally:
            await response.aclose()
        headers = [pair for pair in response.headers.multi_items() if pair[0] not in CODED]
        return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=response.request)

    def _challenge_of(self, refused: httpx.Response) -> Mapping[str, str]:
        """Where a registry that answers 401 wants a token from."""
        kind, _, rest = refused.headers.get("WWW-Authenticate", "").partition(" ")
        try:
            challenge = parse_keqv_list(parse_http_list(rest))
            realm = httpx.URL(challenge["realm"])
        except (LookupError, ValueError, httpx.InvalidURL):
            kind, challenge, realm = "", {}, httpx.URL()
        if kind.lower() != "bearer":
            raise RegistryRefused(f"{_host(refused)} offers no token as GitLab's registry does: check --registry")
        if realm.scheme != "https" and realm.host != self._origin.host:
            raise RegistryRefused(
                f"{_host(refused)} wants the password to be sent to {realm.netloc.decode()} without encryption: "
                "nothing was sent; check --registry"
            )
        return challenge


def no_registry(host: str, what: str) -> RegistryRefused:
    """The error for an answer that no registry gives."""
    return RegistryRefused(f"{host} {what}, as no registry does: check --registry (CI_REGISTRY_IMAGE)")


def worth_retrying(fault: Exception) -> bool | float:
    """Whether to ask again, and after how many seconds where the registry names them (`Retry-After`)."""
    if isinstance(fault, httpx.HTTPStatusError):
        after = fault.response.headers.get("Retry-After", "")
        return min(float(after), LONGEST_WAIT) if after.isdigit() else True
    return isinstance(fault, httpx.TransportError)


def explain(response: httpx.Response, scope: str, user: str) -> str:
    """A registry's no to a valid login, in GitLab's terms."""
    code = response.status_code
    if "BLOB_UNKNOWN" in response.text:
        _, path, _ = scope.split(maxsplit=1)[0].split(":")
        return f"{_host(response)} lost a layer of {path} ({code}): call again with --verify, which builds it anew"
    said = in_gitlab_terms(code, _host(response), scope, user)
    return said or f"{_host(response)} answers {code} to {scope}: {response.text[:200].strip()}"


def in_gitlab_terms(code: int, host: str, scope: str, user: str) -> str:
    """What 401, 403 and 404 mean to a login that was good; empty for another code."""
    _, path, actions = scope.split(maxsplit=1)[0].split(":")
    match code:
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:  # 401 is "insufficient_scope": the login was good
            verb, who = "push to" if "push" in actions else "read", user or "nobody without a login"
            return (
                f"{who} may not {verb} {path} at {host} ({code}): the path must be the project's own "
                "(CI_REGISTRY_IMAGE), the user needs the role Developer in it, and the tag must not be protected"
            )
        case httpx.codes.NOT_FOUND:
            return (
                f"there is no {path} at {host} ({code}): the path must be the project's own "
                "(CI_REGISTRY_IMAGE), with its container registry switched on (Settings, General, Visibility)"
            )
    return ""


def _covers(scope: str, other: str) -> bool:
    """Whether a token for one scope is good for another; a scope may be several, by spaces."""
    granted, asked = ([part.split(":") for part in text.split()] for text in (scope, other))
    return all(
        any(path == own_path and set(actions.split(",")) <= set(own.split(",")) for _, own_path, own in granted)
        for _, path, actions in asked
    )


def _host(response: httpx.Response) -> str:
    return response.url.netloc.decode()
