"""What forbids a release: drift between git and the host, and what the host cannot do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ci.host.facts import EMPTY, Facts
from ci.host.stack import Entry, Stack
from ci.host.wanted import Wanted
from ci.size import format_size

UNPACKED: Final = 4  # disk that an image takes while it is pulled, against its compressed size
TO_MEND: Final = "change git or the host, then `dagger call install --replace` by hand"


def refusals(wanted: Wanted, stack: Stack, facts: Facts) -> Iterator[str]:
    """Every reason not to begin, as a sentence with the mend."""
    if facts.directory:
        yield f"{wanted.directory} on {wanted.host} is {facts.directory}: create it, owned by the user, then `install`"
        return
    if facts.missing:
        lacking = ", ".join(facts.missing)
        yield f"{wanted.host} lacks {lacking}: install them there (Debian: docker.io, util-linux, coreutils, curl)"
    if not facts.compose_version and not facts.silent and not facts.missing:
        yield f"`docker compose` does not answer on {wanted.host}: install its plugin there (Debian: docker-compose)"
    if facts.silent:
        yield f"Docker on {wanted.host} does not answer: {facts.silent[-200:]}"
    if facts.owner:
        yield f"another switch is going on: {facts.owner}; call again when it has ended"
    yield from drift(wanted.host, stack, facts)
    yield from _of_images(wanted, stack, facts)
    yield from _of_age(wanted, facts)


def drift(host: str, stack: Stack, facts: Facts) -> Iterator[str]:
    """Where the files on the host are not what git says, or what the host itself must set is not set."""
    if facts.compose is None:
        yield f"there is no docker-compose.yml on {host}: `dagger call install` copies it, once"
    elif facts.compose != stack.compose:
        line = _first_difference(facts.compose, stack.compose)
        yield f"docker-compose.yml on {host} differs from git in line {line}: {TO_MEND}"
    if facts.environment is None:
        yield f"there is no .env on {host}: `dagger call install` copies it, once"
        return
    for key, value in stack.environment.items():
        if value and key not in facts.environment:
            yield f".env on {host} lacks {key}, which git gives: {TO_MEND}"
        elif value and not facts.holds(key, value):
            yield f".env on {host} gives {key} another value than git: {TO_MEND}"
        elif not value and facts.environment.get(key, EMPTY) == EMPTY:
            yield f"{key} has no value in .env on {host}: it is the host's own secret, set it there"
    for key in sorted(stack.needed - facts.environment.keys() - stack.environment.keys()):
        yield f"docker-compose.yml needs {key} and .env on {host} lacks it: set it there and name it in .env.dev"


def _first_difference(one: bytes, other: bytes) -> int:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    equal = next((number for number, (left, right) in enumerate(lines, 1) if left != right), None)
    return equal or min(len(one.splitlines()), len(other.splitlines())) + 1


def _of_images(wanted: Wanted, stack: Stack, facts: Facts) -> Iterator[str]:
    known = {entry.service.name: entry for entry in stack.entries}
    for name in wanted.images.keys() - known.keys():
        yield f"{wanted.host} runs no service {name}: the lock of {wanted.commit} names it"
    for name in wanted.images.keys() & known.keys():
        if not known[name].checked and not known[name].health_url:
            yield f"nothing tells whether {name} is healthy: give its kind `health` in services.toml"
        if known[name].version_url and not known[name].told:
            yield (
                f"{name} is asked which image it runs, and nothing tells it: add IMAGE_REF with the value of its image "
                "to its environment in docker-compose.yml, or take `version` from services.toml"
            )
    if facts.platform and facts.platform != wanted.platform:
        yield f"{wanted.host} is {facts.platform}, the images are for {wanted.platform}"
    missing = [name for name, ref in wanted.images.items() if ref not in facts.present]
    needed = UNPACKED * sum(wanted.sizes.get(name, 0) for name in missing)
    if not facts.silent and needed > facts.free:
        yield (
            f"{wanted.host} has {format_size(facts.free)} of disk free and {len(missing)} images take up to "
            f"{format_size(needed)}: free some where Docker keeps its images"
        )


def _of_age(wanted: Wanted, facts: Facts) -> Iterator[str]:
    last = facts.healthy
    if last is None or wanted.allow_older:
        return
    numbered = wanted.order is not None and last.order is not None
    if (wanted.order or 0) < (last.order or 0) if numbered else wanted.locked < last.locked:
        yield (
            f"release {last.number} ({last.commit}) on {wanted.host} is newer than {wanted.commit}: "
            "to go back call `dagger call rollback` (in GitLab the job rollback-cfa2), or pass --allow-older"
        )


def differences(expected: Mapping[str, str], facts: Facts, entries: Iterable[Entry]) -> Iterator[str]:
    """Where what runs is not what was released, or is not well."""
    for entry in entries:
        ref, running = expected.get(entry.service.name, ""), facts.of(entry.name)
        if ref and not running:
            yield f"{entry.service.name} has no container"
        for one in running:
            if ref and one.image != ref:
                yield f"{entry.service.name} runs {one.image}, released was {ref}"
            if not one.well:
                yield f"{entry.service.name} is {one.state}, its health is {one.health}"
