"""One running service of a stand, as a test asks it."""

from collections.abc import Callable
from typing import Any, Final

import httpx
from attrs import frozen

from tests.support.registry.docker import docker

ANSWER_SECONDS: Final = 120


@frozen(kw_only=True)
class Part:
    """One running service; `image` is its reference, `url` is for this machine, `token` comes with each request."""

    container: str
    image: str
    url: str
    token: Callable[[], str] | None = None

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self.token:
            options["headers"] = {"Authorization": f"Bearer {self.token()}", **options.get("headers", {})}
        return httpx.request(method, self.url + path, timeout=ANSWER_SECONDS, **options)

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.ask("POST", path, json=body)

    def answers(self) -> bool:
        try:
            return self.get("/health").is_success
        except httpx.TransportError:
            return False

    def inside(self, *command: str) -> str:
        """The stdout of a command in the container."""
        return docker("exec", self.container, *command)

    def stop(self) -> int:
        """End it as Docker does before it replaces one, and return its exit code."""
        docker("stop", self.container)
        return int(docker("inspect", "--format", "{{.State.ExitCode}}", self.container))
