"""What services.toml could be for the Dockerfiles that a repository has, as its compose files build them."""

import json
import re
from collections.abc import Collection, Container, Iterator, Sequence
from itertools import count
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname, join, normpath
from typing import Final

from attrs import evolve, frozen

from ci.adopt.compose import LISTENS, ComposeFile, ports_in
from ci.adopt.recipe import Recipe
from ci.catalogue import Service
from ci.compose.project import ComposeService

CATALOGUE: Final = "services.toml"
USUAL: Final = "Dockerfile"
KIND: Final = """\
[kinds.{kind.name}]
group = "{kind.group}"
memory = "{kind.memory}"
seconds = {kind.seconds}
# health = "/health"  # a path that answers 200 when the service is well; it is asked at `published`
"""
HOST: Final = """
# Where they run; deploy needs it. The folder holds docker-compose.yml, .env.dev and known_hosts.
# [hosts.cfa2]
# address = "192.0.2.10"
# user = "user"
# directory = "/srv/cfa"
# compose = "deploy/cfa2"
"""


@frozen
class Kind:
    """How a kind of service is known, and what one takes to build."""

    name: str
    group: str
    port: int  # at which one listens by itself; 0 for none
    memory: str
    seconds: int
    sign: str  # in the stages of its Dockerfile


KINDS: Final = (
    Kind("nextjs", "portals", 3000, "750MB", 65, r"\.next\b|next build"),
    Kind("aspnet", "backends", 8080, "600MB", 20, r"dotnet/(?:nightly/)?aspnet\b"),
    Kind("dotnet", "workers", 0, "600MB", 20, r"\bdotnet\b"),
    Kind("other", "others", 0, "500MB", 60, ""),
)


def draft(root: Path, dockerfiles: Collection[str], composes: Sequence[ComposeFile]) -> str:
    """A services.toml for these Dockerfiles; empty when there is none.

    What a compose file builds is taken as it says; of other Dockerfiles the context is guessed by what they copy.
    """
    services, notes = list[Service](), dict[str, str]()
    for compose in composes:
        for running in compose.services:
            service = _composed(compose, running, dockerfiles)
            if service and not any(_is_same(service, other) for other in services):
                services.append(_completed(root, service, services, running))
                if not services[-1].published and (variable := compose.lines.port_variable(running.name)):
                    notes[services[-1].name] = f"# published = the value of {variable} on the host\n"
    folders = {dirname(service.dockerfile) for service in services}
    for path in sorted(dockerfiles):
        is_other_way = basename(path) != USUAL and join(dirname(path), USUAL) in dockerfiles
        if dirname(path) not in folders and not is_other_way:  # to build what is there already
            recipe = _alone(root, path)
            runner = next(filter(None, (compose.runs(recipe) for compose in composes)), None)
            services.append(_completed(root, recipe.service, services, runner))
    if not services:
        return ""
    used = {service.kind for service in services}
    kinds = (KIND.format(kind=kind) for kind in KINDS if kind.name in used)
    tables = (f"{_table(service)}{notes.get(service.name, '')}" for service in services)
    return "\n".join((*kinds, *tables)) + HOST


def _composed(compose: ComposeFile, running: ComposeService, dockerfiles: Container[str]) -> Service | None:
    """What a service of a compose file builds; None when that is nothing of the repository."""
    if running.build is None:
        return None
    folder = dirname(compose.path)
    service = _service(running.name, normpath(join(folder, running.build.dockerfile)))
    if service.dockerfile not in dockerfiles:
        return None
    context = normpath(join(folder, running.build.context))
    return evolve(service, context=context, target=running.build.target, args=running.build.args)


def _alone(root: Path, path: str) -> Recipe:
    """A Dockerfile by itself, in the context in which most of what it names is there; of equal ones the narrowest."""
    own = re.sub(r"^(?:Dockerfile|Containerfile)\.?|\.?(?:[Dd]ockerfile|[Cc]ontainerfile)$", "", basename(path))
    service = _service(own or basename(dirname(path)) or "app", path)
    recipes = (Recipe.read(root, ".", evolve(service, context=str(context))) for context in PurePosixPath(path).parents)
    return min(recipes, key=lambda recipe: (len(recipe.refused), -_files_named(recipe)))


def _files_named(recipe: Recipe) -> int:
    """How many words of its commands and copies are files of the context."""
    steps = (step.original for step in recipe.steps("COPY", "ADD", "RUN"))
    words = {word.strip("\"'[],") for step in steps for word in step.split()}
    folder = recipe.tree.folder if recipe.tree else None
    return sum(folder is not None and (folder / word.lstrip("/")).is_file() for word in words if word)


def _service(name: str, dockerfile: str) -> Service:
    return Service(
        name=name,
        kind="other",
        group="others",
        dockerfile=dockerfile,
        memory=1,
        seconds=1,
        place=CATALOGUE,
    )


def _is_same(service: Service, other: Service) -> bool:
    """Whether both are one image, which two services of a compose file run."""
    same = ("dockerfile", "context", "target", "args")
    return all(getattr(service, name) == getattr(other, name) for name in same)


def _completed(
    root: Path, service: Service, others: Sequence[Service], running: ComposeService | None = None
) -> Service:
    """With a kind, a name and a published port that nobody has yet, and the port at which it listens."""
    recipe = Recipe.read(root, ".", service)
    steps = "\n".join(step.original for stage in recipe.stages for step in stage.steps)
    text = steps or (root / service.dockerfile).read_text(encoding="utf-8", errors="replace")
    kind = next(kind for kind in KINDS if re.search(kind.sign, text))
    names = {*(other.name for other in others), *(each.group for each in KINDS)}
    port, published = _ports(recipe, kind, running)
    return evolve(
        service,
        name=next(name for name in _names(service.name) if name not in names),
        kind=kind.name,
        group=kind.group,
        port=port,
        published=0 if published in {other.published for other in others} else published,
    )


def _names(text: str) -> Iterator[str]:
    """The names to try."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    name = name if name[:1].isalpha() else f"app-{name}".rstrip("-")
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _ports(recipe: Recipe, kind: Kind, running: ComposeService | None) -> tuple[int, int]:
    """The port in the container, and the one at which a compose file publishes it, where these are known."""
    ports = running.ports if running else ()
    if known := next((port for port in ports if port.host), next(iter(ports), None)):
        return known.container, known.host or 0
    addresses = (running.environment.get(name, "") for name in LISTENS) if running else ()
    numbers = [number for value in addresses for number in ports_in(value)]
    exposed = [number for _, number in recipe.exposed]
    return next(iter((*numbers, *exposed)), 0 if running else kind.port), 0


def _table(service: Service) -> str:
    """The table of a service, without what is so by default."""
    facts = {
        "kind": service.kind,
        "dockerfile": service.dockerfile,
        "context": service.context if service.context != "." else "",
        "target": service.target,
        "port": service.port,
        "published": service.published,
    }
    lines = [f"[services.{service.name}]", *(f"{name} = {_toml(value)}" for name, value in facts.items() if value)]
    if service.args:
        lines += ["args = { " + ", ".join(f"{name} = {_toml(value)}" for name, value in service.args.items()) + " }"]
    return "\n".join((*lines, ""))


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # a string of JSON is one of TOML
