"""What a host is and runs, read in one round trip that changes nothing."""

import re
import secrets
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, Self

from attrs import field, frozen

from ci.errors import HostUnreachable
from ci.host.connection import Link
from ci.host.release import Release, State
from ci.host.scripts import script

SECONDS: Final = 60
EMPTY: Final = "empty"


@frozen(kw_only=True)
class Container:
    """One container of the project; `image` is the reference that it was asked for."""

    service: str  # in the compose file
    name: str
    id: str
    image: str
    state: str
    health: str  # none when it has no health check
    restarts: int
    started: str
    published: tuple[int, ...] = ()  # ports of the host

    @classmethod
    def parse(cls, words: Sequence[str]) -> Self:
        """Read a line of `containers` in common.sh."""
        service, name, identity, image, state, health, restarts, started, published = words
        return cls(
            service=service,
            name=name,
            id=identity,
            image=image,
            state=state,
            health=health,
            restarts=int(restarts),
            started=started,
            published=tuple(sorted({int(port) for port in published.split(",") if port})),
        )

    @property
    def misnamed(self) -> bool:
        """Whether an interrupted `up` left it under the name that it has in between."""
        return bool(re.match(r"[0-9a-f]{12}_", self.name))

    @property
    def well(self) -> bool:
        """Whether it runs and does not say otherwise."""
        return self.state == "running" and self.health in {"healthy", "none"}


@frozen(kw_only=True)
class Facts:
    """One look at a host; what is not there is empty or None."""

    missing: tuple[str, ...] = ()  # tools
    directory: str = ""  # missing, read-only, or empty when it is as it must be
    compose: bytes | None = None
    environment: Mapping[str, str] | None = field(default=None, hash=False)  # keyed hashes of the values
    salt: str = field(default="", repr=False)
    releases: tuple[Release, ...] = ()  # oldest first
    unreadable: tuple[str, ...] = ()  # records
    touched: frozenset[str] = frozenset()  # services of the compose file that the last switch left in between
    ended: str = ""  # why the last switch ended as it did
    owner: str = ""  # who holds the lock now
    silent: str = ""  # what Docker said instead of an answer
    engine: str = ""
    platform: str = ""
    compose_version: str = ""
    free: int = 0  # bytes where Docker keeps images
    containers: tuple[Container, ...] = ()
    present: frozenset[str] = frozenset()  # digest references
    fingerprint: str = ""

    @property
    def healthy(self) -> Release | None:
        """The last release that was proven healthy."""
        return next((one for one in reversed(self.releases) if one.state is State.HEALTHY), None)

    @property
    def last(self) -> Release | None:
        """The last release, however it ended."""
        return self.releases[-1] if self.releases else None

    @property
    def number(self) -> int:
        """The number of the next release."""
        return max((one.number for one in self.releases), default=0) + 1

    @property
    def published(self) -> tuple[int, ...]:
        """The ports of the host that lead to a container of the project."""
        return tuple(sorted({port for container in self.containers for port in container.published}))

    def of(self, service: str) -> tuple[Container, ...]:
        """The containers of a service of the compose file: one, unless something was interrupted or changed by hand."""
        return tuple(one for one in self.containers if one.service == service)

    def holds(self, key: str, value: str) -> bool:
        """Whether .env on the host gives a variable this value."""
        return (self.environment or {}).get(key) == _hash(self.salt, value)


async def look(link: Link, directory: str, project: str) -> Facts:
    """Read the facts; raise `HostUnreachable`."""
    salt = secrets.token_hex(16)
    answer = await link.ask(script("common", "lock", "facts"), directory, project, salt, seconds=SECONDS)
    if answer.code != 0:
        raise HostUnreachable(f"the facts could not be read: {answer.text[-300:].strip()}")
    return parse(answer.text, salt)


def parse(text: str, salt: str) -> Facts:
    """Read the lines of facts.sh."""
    lines = [line.split(" ") for line in text.splitlines() if line]
    told = {words[0]: words[1:] for words in lines}
    records = [(words[1], _decoded(words[2])) for words in lines if words[0] == "record" and len(words) > 2]  # noqa: PLR2004
    releases, unreadable = _releases(records)
    return Facts(
        missing=tuple(words[1] for words in lines if words[0] == "missing"),
        directory=_first(told, "directory"),
        compose=b64decode(told["compose"][0]) if "compose" in told else None,
        environment={words[1]: words[2] for words in lines if words[0] == "variable"}
        if "environment" in told
        else None,
        salt=salt,
        releases=releases,
        unreadable=unreadable,
        touched=frozenset(filter(None, told.get("touched", ()))),
        ended=_decoded(_first(told, "ended")),
        owner=_decoded(_first(told, "owner")),
        silent=_decoded(_first(told, "silent")),
        engine=_first(told, "engine"),
        platform=told["engine"][1] if "engine" in told else "",
        compose_version=_first(told, "compose-version"),
        free=int(_first(told, "free") or 0),
        containers=tuple(Container.parse(words[1:]) for words in lines if words[0] == "container"),
        present=frozenset(ref for words in lines if words[0] == "present" for ref in words[1:]),
        fingerprint=_first(told, "fingerprint"),
    )


def _releases(records: Iterable[tuple[str, str]]) -> tuple[tuple[Release, ...], tuple[str, ...]]:
    releases, unreadable = list[Release](), list[str]()
    for name, text in records:
        try:
            releases.append(Release.from_json(text))
        except ValueError:
            unreadable.append(name)
    return tuple(sorted(releases, key=lambda one: one.number)), tuple(unreadable)


def _first(told: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(told.get(name, ())), "")


def _decoded(text: str) -> str:
    return b64decode(text).decode(errors="replace").strip()


def _hash(salt: str, value: str) -> str:
    return sha256((salt + value).encode()).hexdigest() if value else EMPTY
