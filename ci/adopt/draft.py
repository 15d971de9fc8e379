"""What services.toml could be for the Dockerfiles that a repository has."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname
from typing import Final

from attrs import evolve, frozen

from ci.adopt.compose import ComposeFile
from ci.adopt.recipe import Recipe
from ci.catalogue import Service

CATALOGUE: Final = "services.toml"
FIRST_PUBLISHED: Final = 50_001
HOST: Final = """
# Where they run; deploy needs it. The folder holds docker-compose.yml, .env.dev and known_hosts.
# [hosts.cfa2]
# address = "192.0.2.10"
# user = "user"
# directory = "/srv/cfa"
# compose = "{folder}"
"""


@frozen
class Kind:
    """How a kind of service is known, and what one takes to build."""

    name: str
    group: str
    port: int
    memory: str
    seconds: int
    sign: str  # in its Dockerfile


KINDS: Final = (
    Kind("nextjs", "portals", 3000, "750MB", 65, r"\.next\b|next build"),
    Kind("dotnet", "backends", 8080, "600MB", 20, r"\bdotnet\b"),
    Kind("other", "others", 8080, "500MB", 60, ""),
)


def draft(root: Path, dockerfiles: Sequence[str], composes: Sequence[ComposeFile]) -> str:
    """A services.toml for these Dockerfiles; empty when there is none."""
    services = list[tuple[Kind, Service]]()
    for path in dockerfiles:
        services.append(_service(root, path, composes, [service for _, service in services]))
    if not services:
        return ""
    used = [kind for kind in KINDS if any(kind == other for other, _ in services)]
    folder = next((dirname(one.path) or "." for one in composes), "deploy")
    parts = (*map(_kind_table, used), *(_service_table(*one) for one in services))
    return "\n".join(parts) + HOST.format(folder=folder)


def _service(root: Path, path: str, composes: Sequence[ComposeFile], others: Sequence[Service]) -> tuple[Kind, Service]:
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    kind = next(kind for kind in KINDS if re.search(kind.sign, text))
    taken = {*(one.name for one in others), *(one.group for one in KINDS)}
    service = Service(
        name=next(name for name in _names(path) if name not in taken),
        kind=kind.name,
        group=kind.group,
        dockerfile=path,
        port=kind.port,
        published=FIRST_PUBLISHED,
        memory=1,
        seconds=1,
        place=CATALOGUE,
    )
    # the widest context in which most of what it copies is there
    contexts = map(str, reversed(PurePosixPath(path).parents))
    read = (Recipe.read(root, ".", evolve(service, context=context)) for context in contexts)
    recipe = min(read, key=lambda one: len(one.refused))
    port, published = _ports(recipe, composes, {one.published for one in others})
    return kind, evolve(recipe.service, port=port, published=published)


def _names(path: str) -> Iterator[str]:
    """The names to try: the folder's, or what the file's own name adds."""
    own = re.sub(r"^Dockerfile\.?|\.Dockerfile$", "", basename(path)) or basename(dirname(path)) or "app"
    name = re.sub(r"[^a-z0-9]+", "-", own.lower()).strip("-") or "app"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _ports(recipe: Recipe, composes: Iterable[ComposeFile], taken: Container[int]) -> tuple[int, int]:
    names = ((compose, compose.runs(recipe)) for compose in composes)
    ports = (port for compose, name in names if name for port in compose.services[name].ports if port.host)
    published = next(ports, None)
    port = published.container if published else next((number for _, number in recipe.exposed), recipe.service.port)
    first = (published.host if published else None) or recipe.service.published
    return port, next(number for number in range(first, 65_536) if number not in taken)


def _kind_table(kind: Kind) -> str:
    return f"""\
[kinds.{kind.name}]
group = "{kind.group}"
memory = "{kind.memory}"
seconds = {kind.seconds}
# health = "/health"  # a path that answers 200 when the service is well
"""


def _service_table(kind: Kind, service: Service) -> str:
    context = f'context = "{service.context}"\n' if service.context != "." else ""
    return f"""\
[services.{service.name}]
kind = "{kind.name}"
dockerfile = "{service.dockerfile}"
{context}port = {service.port}
published = {service.published}
"""
