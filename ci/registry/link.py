"""The link to a registry: tokens as GitLab's registry asks for them, retries, its answers in GitLab's terms."""

from collections.abc import Mapping
from typing import Final
from urllib.request import parse_http_list, parse_keqv_list

import httpx
from attrs import field, frozen

from ci import jsons
from ci.errors import RegistryRefused, RegistryUnreachable
from ci.retries import retry_context

ATTEMPTS: Final = 5
LONGEST_WAIT: Final = 30.0  # seconds that a registry may ask us to wait


@frozen
class Login:
    """Who asks: GitLab's job token, a deploy token or a personal one."""

    user: str
    password: str = field(repr=False)


class Link:
    """One login's requests; an answer is either good, 404, or raised."""

    def __init__(self, login: Login, http: httpx.AsyncClient) -> None:
        self._login = login
        self._http = http
        self._challenge: Mapping[str, str] = {}  # where tokens are to be had, from the first no
        self._tokens: dict[str, str] = {}  # by scope

    async def ask(
        self, method: str, url: str, scope: str, *, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> httpx.Response:
        """Send one request with a token for `scope` (`repository:PATH:pull,push`).

        Raise `RegistryRefused` for every no but 404, `RegistryUnreachable` when no answer comes.
        """
        request = self._http.build_request(method, url, headers=headers, content=content)
        if self._challenge and not self._held(scope):
            self._tokens[scope] = await self._token(scope)
        response = await self._send(request, self._held(scope))
        if response.status_code == httpx.codes.UNAUTHORIZED:  # the first request of all, or a token has run out
            self._challenge = _challenge_of(response)
            self._tokens[scope] = await self._token(scope)
            response = await self._send(request, self._tokens[scope])
        if response.is_error and response.status_code != httpx.codes.NOT_FOUND:
            raise RegistryRefused(explain(response, scope, self._login.user))
        return response

    def _held(self, scope: str) -> str:
        """A token for these actions, or for these and more; empty where there is none."""
        return self._tokens.get(scope) or next((self._tokens[one] for one in self._tokens if _covers(one, scope)), "")

    async def _token(self, scope: str) -> str:
        params = {"service": self._challenge.get("service", ""), "scope": scope}
        request = self._http.build_request("GET", self._challenge["realm"], params=params)
        request = next(httpx.BasicAuth(self._login.user, self._login.password).auth_flow(request))
        response = await self._send(request)
        if response.is_error:
            raise RegistryRefused(
                f"{_host(response)} refused the login of {self._login.user} ({response.status_code}): a job's "
                "CI_REGISTRY_PASSWORD ends with its job; on a laptop use a token with the scopes read_registry and "
                "write_registry"
            )
        try:
            answer = jsons.loads(response.content)
            return str(answer.get("token") or answer["access_token"])
        except (ValueError, LookupError, AttributeError):
            raise RegistryUnreachable(
                f"{_host(response)} gave no token for the login: does another program answer at that address?"
            ) from None

    async def _send(self, request: httpx.Request, token: str = "") -> httpx.Response:
        """Send until an answer comes that asking again would not change, five times at most."""
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        try:
            async for attempt in retry_context(
                on=worth_retrying, attempts=ATTEMPTS, timeout=120, wait_initial=0.25, wait_max=8, wait_jitter=0.5
            ):
                with attempt:
                    response = await self._http.send(request, follow_redirects=True)
                    if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
                        response.raise_for_status()
        except httpx.HTTPStatusError as fault:
            code = fault.response.status_code
            raise RegistryUnreachable(f"{_host(fault.response)} still answers {code}: call again later") from None
        except (httpx.RequestError, httpx.InvalidURL) as fault:
            raise RegistryUnreachable(
                f"{request.url.netloc.decode()} does not answer ({str(fault) or type(fault).__name__}): "
                "check the registry's address and that the engine reaches it (./daggerw doctor)"
            ) from None
        return response


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
        _, path, _ = scope.split(":")
        return f"{_host(response)} lost a layer of {path} ({code}): call again with --verify, which builds it anew"
    said = in_gitlab_terms(code, _host(response), scope, user)
    return said or f"{_host(response)} answers {code} to {scope}: {response.text[:200].strip()}"


def in_gitlab_terms(code: int, host: str, scope: str, user: str) -> str:
    """What 401, 403 and 404 mean to a login that was good; empty for another code."""
    _, path, actions = scope.split(":")
    match code:
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:  # 401 is "insufficient_scope": the login was good
            verb = "push to" if "push" in actions else "read"
            return (
                f"{user} may not {verb} {path} at {host} ({code}): the path must be the project's own "
                "(CI_REGISTRY_IMAGE), the user needs the role Developer in it, and the tag must not be protected"
            )
        case httpx.codes.NOT_FOUND:
            return (
                f"there is no {path} at {host} ({code}): the path must be the project's own "
                "(CI_REGISTRY_IMAGE), with its container registry switched on (Settings, General, Visibility)"
            )
    return ""


def _challenge_of(refused: httpx.Response) -> Mapping[str, str]:
    """Where a registry that answers 401 wants a token from."""
    kind, _, rest = refused.headers.get("WWW-Authenticate", "").partition(" ")
    told = parse_keqv_list(parse_http_list(rest))
    try:
        httpx.URL(told["realm"])
    except (KeyError, httpx.InvalidURL):
        kind = ""
    if kind.lower() != "bearer":
        raise RegistryRefused(f"{_host(refused)} offers no token as GitLab's registry does: check --registry")
    return told


def _covers(scope: str, other: str) -> bool:
    """Whether a token for one scope is good for another."""
    (_, path, actions), (_, other_path, other_actions) = scope.split(":"), other.split(":")
    return path == other_path and set(other_actions.split(",")) <= set(actions.split(","))


def _host(response: httpx.Response) -> str:
    return response.url.netloc.decode()
