"""What forbids a release: drift between git and the host, and what the host cannot do."""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from posixpath import normpath
from typing import Final

from ci.compose.lines import ComposeLines
from ci.host.facts import Facts
from ci.host.stack import COMPOSE, VARIABLES, GitFiles, HostedService, Stack
from ci.host.wanted import Wanted
from ci.size import format_size

UNPACKED: Final = 4  # disk that an image takes while it is pulled, against its compressed size
TO_MEND: Final = "change git or the host, then `dagger call install --replace` by hand"
EMPTY: Final = "empty"
START_INTERVAL: Final = 25  # the major version of Docker that knows it


def impossible(wanted: Wanted, facts: Facts) -> Iterator[str]:
    """What makes any switch impossible, a rollback too, as a sentence with what to do."""
    host = wanted.host
    if facts.directory:
        yield f"{wanted.directory} on {host} is {facts.directory}: create it, owned by the user, then `install`"
        return
    if facts.missing:
        lacking = ", ".join(facts.missing)
        yield f"{host} lacks {lacking}: install them there (Debian: docker.io, util-linux, coreutils, curl)"
    if not facts.compose_version and not facts.silent and not facts.missing:
        plugin = "install its plugin there (Debian 13 and later: docker-compose)"
        yield f"`docker compose` does not answer on {host}: {plugin}"
    if facts.silent:
        yield f"Docker on {host} does not answer: {facts.silent[-200:]}"
    if facts.owner:
        yield f"another switch is going on: {facts.owner}; call again when it has ended"


def forbidden(wanted: Wanted, git: GitFiles, stack: Stack, facts: Facts) -> Iterator[str]:
    """What forbids a deploy, and is only said of a rollback."""
    if facts.directory:
        return
    yield from drift(wanted.host, git, facts)
    yield from _files_elsewhere(wanted.host, git)
    if facts.refused:
        yield f"Compose on {wanted.host} refuses git's {COMPOSE}: {facts.refused.splitlines()[-1]}"
    elif facts.project:
        yield from stack.faults
        yield from _of_docker(wanted.host, git, stack, facts)
        known = {service.service for service in stack.services}
        yield from (
            f"{wanted.host} runs no service {name}: the lock of {wanted.commit} names it"
            for name in sorted(wanted.images.keys() - known)
        )
    if wanted.stand_ins and not wanted.allow_stand_ins:
        yield (
            f"{wanted.commit} is built on stand-in images ({', '.join(wanted.stand_ins)}): publish it with the "
            "official engine, or pass --allow-stand-ins"
        )
    yield from _of_images(wanted, facts)
    yield from _of_age(wanted, facts)


def _of_docker(host: str, git: GitFiles, stack: Stack, facts: Facts) -> Iterator[str]:
    """What the host's Docker does not know: only its `up` would say so, in the middle of a switch."""
    major, lines = facts.engine.partition(".")[0], ComposeLines(COMPOSE, git.compose)
    for service in stack.services:
        healthcheck = facts.project.services[service.name].healthcheck if facts.project else {}
        if "start_interval" in healthcheck and major.isdecimal() and int(major) < START_INTERVAL:
            place = lines.place("services", service.name, "healthcheck", "start_interval")
            yield f"{place}: start_interval needs Docker {START_INTERVAL}, {host} has {facts.engine}: remove it"


def drift(host: str, git: GitFiles, facts: Facts) -> Iterator[str]:
    """Where the files on the host are not what git says, or what the host itself must set is not set."""
    if facts.compose is None:
        yield f"there is no {COMPOSE} on {host}: `dagger call install` copies it, once"
    elif facts.compose != git.compose.encode():
        line = _first_difference(facts.compose, git.compose.encode())
        yield f"{COMPOSE} on {host} differs from git in line {line}: {TO_MEND}"
    for name in facts.others:
        yield f"{name} on {host} is not in git, and a person's `docker compose` reads it: remove it"
    yield from (f"{name} on {host} differs from git: {TO_MEND}" for name in git.beside if is_other(git, name, facts))
    yield from environment_drift(host, facts)
    for key in sorted(name for name in facts.unset - facts.given.keys() if re.search(rf"\${{?{name}\b", git.compose)):
        yield f"{COMPOSE} needs {key} and .env on {host} lacks it: set it there and name it in {VARIABLES}"


def _files_elsewhere(host: str, git: GitFiles) -> Iterator[str]:
    """The compose files that git's one takes and that a deploy does not have."""
    lines = ComposeLines(COMPOSE, git.compose)
    for keys, path in lines.files_read():
        if keys[-1] != "env_file" and normpath(path) not in git.beside:
            place = f"{lines.place(*keys)}: {keys[-1]} of {path}"
            yield f"{place} is refused: put it beside {COMPOSE} and name it in [hosts.{host}.files]"


def is_other(git: GitFiles, name: str, facts: Facts) -> bool:
    """Whether a file beside the compose file is not git's, or not there."""
    return facts.beside.get(name) != sha256(git.beside[name].encode()).hexdigest()


def environment_drift(host: str, facts: Facts) -> Iterator[str]:
    """Where .env on the host is not what git says; values are compared by their hashes."""
    if facts.environment is None:
        yield f"there is no .env on {host}: `dagger call install` copies it, once"
        return
    for env_line in facts.unread:
        yield f"Compose on {host} cannot read {env_line}: write NAME='value', also around several lines"
    for env_line in facts.truncated:
        yield f"Compose on {host} reads what follows $ as a variable that is not set ({env_line}): write NAME='value'"
    if "COMPOSE_FILE" in facts.environment:
        yield f".env on {host} sets COMPOSE_FILE: a person's `docker compose` reads other files; remove it"
    for key, value in facts.given.items():
        own = facts.environment.get(key, "")
        if value == EMPTY and own in {"", EMPTY}:
            yield f"{key} has no value in .env on {host}: it is the host's own secret, set it there"
        elif value != EMPTY and not own:
            yield f".env on {host} lacks {key}, which git gives: {TO_MEND}"
        elif value not in {EMPTY, own}:
            yield f".env on {host} gives {key} another value than git: {TO_MEND}"


def _first_difference(one: bytes, other: bytes) -> int:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    equal = next((number for number, (left, right) in enumerate(lines, 1) if left != right), None)
    return equal or min(len(one.splitlines()), len(other.splitlines())) + 1


def _of_images(wanted: Wanted, facts: Facts) -> Iterator[str]:
    if facts.platform and facts.platform != wanted.platform:
        yield f"{wanted.host} is {facts.platform}, the images are for {wanted.platform}"
    missing = [name for name, ref in wanted.images.items() if ref not in facts.present]
    needed = UNPACKED * sum(wanted.sizes.get(name, 0) for name in missing)
    if not facts.silent and facts.free is not None and needed > facts.free:
        yield (
            f"{wanted.host} has {format_size(facts.free)} of disk free and {len(missing)} images take up to "
            f"{format_size(needed)}: free some where Docker keeps its images"
        )


def _of_age(wanted: Wanted, facts: Facts) -> Iterator[str]:
    last = facts.healthy
    if last is None or wanted.allow_older:
        return
    if wanted.is_older_than(last):
        yield (
            f"release {last.number} ({last.commit}) on {wanted.host} is newer than {wanted.commit}: "
            "to go back call `dagger call rollback` (in GitLab the job rollback-cfa2), or pass --allow-older"
        )


def differences(expected: Mapping[str, str], facts: Facts, services: Iterable[HostedService]) -> Iterator[str]:
    """Where what runs is not what was released, or is not well."""
    for service in services:
        ref, running = expected.get(service.service, ""), facts.of(service.name)
        if ref and not running and facts.listed:
            yield f"{service.label} has no container"
        for container in running:
            if ref and container.image != ref:
                yield f"{service.label} runs {container.image}, released was {ref}"
            if not container.is_well(is_job=service.is_job):
                yield f"{service.label} is {container.state}, its health is {container.health}"
