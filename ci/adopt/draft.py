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
KIND: Final = """\
[kinds.{kind.name}]
group = "{kind.group}"
memory = "{kind.memory}"
seconds = {kind.seconds}
# health = "/health"  # a path that answers 200 when the service is well
"""
SERVICE: Final = """\
[services.{service.name}]
kind = "{service.kind}"
dockerfile = "{service.dockerfile}"
{context}port = {service.port}
published = {service.published}
"""
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
    services = list[Service]()
    for path in dockerfiles:
        services.append(_service(root, path, composes, services))
    if not services:
        return ""
    used = {service.kind for service in services}
    kinds = (KIND.format(kind=kind) for kind in KINDS if kind.name in used)
    folder = next((dirname(compose.path) or "." for compose in composes), "deploy")
    return "\n".join((*kinds, *map(_table, services))) + HOST.format(folder=folder)


def _service(root: Path, path: str, composes: Sequence[ComposeFile], others: Sequence[Service]) -> Service:
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    kind = next(kind for kind in KINDS if re.search(kind.sign, text))
    taken = {*(other.name for other in others), *(each.group for each in KINDS)}
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
    recipe = min(read, key=lambda recipe: len(recipe.refused))
    port, published = _ports(recipe, composes, {other.published for other in others})
    return evolve(recipe.service, port=port, published=published)


def _names(path: str) -> Iterator[str]:
    """The names to try: the folder's, or what the file's own name adds."""
    own = re.sub(r"^Dockerfile\.?|\.Dockerfile$", "", basename(path)) or basename(dirname(path)) or "app"
    name = re.sub(r"[^a-z0-9]+", "-", own.lower()).strip("-") or "app"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _ports(recipe: Recipe, composes: Iterable[ComposeFile], taken: Container[int]) -> tuple[int, int]:
    """The port in the container, and the next free one after that by which a compose file publishes it."""
    running = filter(None, (compose.runs(recipe) for compose in composes))
    published = ((port.host, port.container) for service in running for port in service.ports if port.host)
    exposed = next((number for _, number in recipe.exposed), recipe.service.port)
    first, port = next(published, (recipe.service.published, exposed))
    return port, next(number for number in range(first, 65_536) if number not in taken)


def _table(service: Service) -> str:
    context = f'context = "{service.context}"\n' if service.context != "." else ""
    return SERVICE.format(service=service, context=context)
