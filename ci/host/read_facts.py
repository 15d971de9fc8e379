"""The question to a host, in one round trip, and its answer, a fact a line."""

import json
import secrets
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ci.compose.project import ComposeProject
from ci.compose.variables import env_file
from ci.errors import HostUnreachable
from ci.host import script
from ci.host.connection import Link
from ci.host.container import Container
from ci.host.facts import Definitions, EnvLine, Facts
from ci.host.release import Learned, Release
from ci.host.stack import GitFiles

SECONDS: Final = 60


async def read_facts(
    link: Link, directory: str, git: GitFiles, markers: Mapping[str, str], images: Mapping[str, str]
) -> Facts:
    """Ask a host; `images` are those of a release to come, by variable. Raise `HostUnreachable`."""
    answer = await link.ask(
        script("common", "lock", "facts"),
        *(directory, secrets.token_hex(16), git.compose, git.variables, env_file(markers), env_file(images)),
        *git.beside,
        seconds=SECONDS,
    )
    if answer.code != 0:
        raise HostUnreachable(f"the facts could not be read: {answer.text[-300:].strip()}")
    try:
        return parse(answer.text)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        raise HostUnreachable(f"the answer of the host cannot be understood ({type(fault).__name__})") from None


def parse(text: str) -> Facts:
    """Read the lines of facts.sh."""
    lines = [line.split(" ") for line in text.splitlines() if line]
    told = {words[0]: words[1:] for words in lines}
    records = [(words[1], _decoded(words[2])) for words in lines if words[0] == "record" and len(words) > 2]  # noqa: PLR2004
    learned = Learned.from_json(_decoded(_first(told, "state")))
    releases, unreadable = _releases(records, learned)
    return Facts(
        missing=tuple(" ".join(words[1:]) for words in lines if words[0] == "missing"),
        directory=" ".join(told.get("directory", ())),
        compose=b64decode(told["compose"][0]) if "compose" in told else None,
        others=tuple(words[1] for words in lines if words[0] == "other"),
        beside=_swapped(lines, "beside"),
        project=ComposeProject.from_json(_decoded(_first(told, "project")), _first(told, "root"))
        if "project" in told
        else None,
        refused=_decoded(_first(told, "refused")),
        unread=tuple(EnvLine(*words[1:4]) for words in lines if words[0] == "unread" and len(words) == 4),  # noqa: PLR2004
        given=_pairs(lines, "given"),
        given_values=_values(_decoded(_first(told, "given-values"))),
        environment=_pairs(lines, "variable") if "environment" in told else None,
        truncated=tuple(EnvLine(".env", *words[1:3]) for words in lines if words[0] == "truncated" and len(words) == 3),  # noqa: PLR2004
        unset=frozenset(words[1] for words in lines if words[0] == "unset"),
        new=_pairs(lines, "new"),
        running=_pairs(lines, "running"),
        released=_pairs(lines, "released"),
        released_version=_first(told, "released-version"),
        sums=_swapped(lines, "sum"),
        recorded=_recorded(lines),
        releases=releases,
        unreadable=unreadable,
        learned=learned,
        touched=frozenset(filter(None, told.get("touched", ()))),
        ended=_decoded(_first(told, "ended")),
        owner=_decoded(_first(told, "owner")),
        silent=_decoded(_first(told, "silent")),
        engine=_first(told, "engine"),
        platform=told["engine"][1] if "engine" in told else "",
        compose_version=_first(told, "compose-version"),
        free=int(_first(told, "free")) if "free" in told else None,
        listed="listed" in told,
        containers=tuple(Container.parse(words[1:]) for words in lines if words[0] == "container"),
        present=frozenset(ref for words in lines if words[0] == "present" for ref in words[1:]),
        fingerprint=_first(told, "fingerprint"),
    )


def _values(lines: str) -> Mapping[str, str]:
    """Variables as Compose writes them, a line of JSON each; it doubles each `$`."""
    values: dict[str, str] = json.loads(f"{{{','.join(lines.splitlines())}}}")
    return {name: value.replace("$$", "$") for name, value in values.items()}


def _pairs(lines: Iterable[Sequence[str]], *head: str) -> Mapping[str, str]:
    """The pairs of the lines that begin so."""
    start = len(head)
    return {words[start]: words[start + 1] for words in lines if tuple(words[:start]) == head}


def _swapped(lines: Iterable[Sequence[str]], *head: str) -> Mapping[str, str]:
    """The pairs of the lines that begin so and have the name, which may hold spaces, last."""
    start = len(head)
    return {" ".join(words[start + 1 :]): words[start] for words in lines if tuple(words[:start]) == head}


def _recorded(lines: Sequence[Sequence[str]]) -> Mapping[int, Definitions]:
    numbers = {words[1] for words in lines if words[0] == "recorded"}
    return {
        int(number): Definitions(
            hashes=_pairs(lines, "recorded", number),
            sums=_swapped(lines, "recorded-sum", number),
            variables=_pairs(lines, "recorded-variable", number),
        )
        for number in numbers
    }


def _releases(records: Iterable[tuple[str, str]], learned: Learned) -> tuple[tuple[Release, ...], tuple[str, ...]]:
    releases, unreadable = list[Release](), list[str]()
    for name, text in records:
        try:
            release = Release.from_json(text)
        except ValueError:
            unreadable.append(name)
        else:
            releases.append(learned.of(release))
    return tuple(sorted(releases, key=lambda release: release.number)), tuple(unreadable)


def _first(told: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(told.get(name, ())), "")


def _decoded(text: str) -> str:
    return b64decode(text).decode(errors="replace").strip()
