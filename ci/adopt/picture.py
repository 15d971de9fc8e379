"""A repository as the checks see it: fetched and read once without building anything, then only looked at."""

import inspect
import shutil
from asyncio import gather
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from typing import Final, Self

import dagger
from attrs import evolve, field, frozen
from dagger import dag

from ci.adopt.compose import ComposeFile
from ci.adopt.draft import CATALOGUE, draft
from ci.adopt.env import ENVIRONMENT, RefusedLine, env_refused
from ci.adopt.recipe import Recipe
from ci.catalogue import Catalogue, load
from ci.compose.ask import Compose
from ci.compose.project import ComposeService
from ci.errors import CatalogueError
from ci.host.stack import COMPOSE
from ci.inputs.ignore import Ignore
from ci.workspace import FETCHED, Workspace, parse_args

DRAFTED: Final = f"draft/{CATALOGUE}"  # in places: its lines are not those of the file
MODULE: Final = "dagger.json"
FOR_COMPOSE: Final = "for-compose"  # in the call's scratch folder: what Compose may read of what is fetched
COMPOSE_FILES: Final = (
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
)  # in Compose's order
NO_DOCKERFILE: Final = (".dockerignore", ".md", ".txt")


@frozen
class Owners:
    """Who is asked what a file means: Compose, which has the repository's folder, and the engine."""

    compose: Compose
    env_refused: Callable[[str], Awaitable[Mapping[int, RefusedLine]]]  # the lines of a .env


@frozen(kw_only=True)
class Picture:
    """What is in a repository; without a sound services.toml, of what one would declare."""

    text: Callable[[str], str] = field(repr=False)  # of a file; empty when there is none
    catalogue: Catalogue
    refused: tuple[str, ...]  # the faults of services.toml
    draft: str  # what services.toml could be, when it is missing or faulty
    recipes: tuple[Recipe, ...]
    stacks: tuple[ComposeFile, ...]  # of the hosts; without hosts, all that there are
    unseen: Ignore  # what never gets to the builder
    env_refused: Mapping[int, RefusedLine]  # lines of the root's .env that the engine does not take
    offered: frozenset[str]  # names that Dagger takes from .env for arguments of this module, in lower case
    files: frozenset[str] = field(repr=False)
    is_beside: bool  # whether Dagger is told that the module is in a folder, and not by a file at the root

    @classmethod
    async def read(
        cls, root: Path, owners: Owners, *, unseen: Sequence[str], face: type, args: Mapping[str, str]
    ) -> Self:
        """Read a repository, of which builds are given these arguments.

        `unseen` are the patterns of what is never sent, and `face` is the class that Dagger offers.
        """
        compose = owners.compose
        files = files_of(root)
        text = partial(_text, root)
        ask = partial(ComposeFile.read, compose, text)
        projects = tuple(projects_of(files))
        refused, drafted = tuple[str, ...](), ""
        try:
            catalogue = load(text(CATALOGUE), name=CATALOGUE)
        except CatalogueError as fault:
            refused = fault.faults
            drafted = await drafted_at(root, compose)
            catalogue = load(drafted, name=DRAFTED) if drafted else Catalogue(root=".", services=())
        hosts = {normpath(join(host.compose, COMPOSE)) for host in catalogue.hosts}
        names = [service.name for service in catalogue.services]
        # A host has that one file; whoever calls Compose without a name gets the override too.
        there = [(path, "") for path in sorted(hosts & files)] if hosts else projects
        composes = await gather(*(ask(path, override=override, images_of=names) for path, override in there))
        services = (evolve(service, args={**service.args, **args}) for service in catalogue.services)
        return cls(
            text=text,
            catalogue=catalogue,
            refused=refused,
            draft=drafted,
            recipes=tuple(Recipe.read(root, catalogue.root, service) for service in services),
            stacks=_whole(composes),
            unseen=Ignore(text="\n".join(unseen)),
            env_refused=await owners.env_refused(text(ENVIRONMENT)),
            offered=frozenset(offered(face)),
            files=files,
            is_beside=_is_beside(root),
        )

    def running(self, *recipes: Recipe) -> Iterator[tuple[ComposeFile, Recipe, ComposeService]]:
        """Which compose file runs these recipes, or any, and by which of its services."""
        for stack, recipe in product(self.stacks, recipes or self.recipes):
            if service := stack.runs(recipe):
                yield stack, recipe, service


async def look(workspace: Workspace, unseen: Sequence[str], face: type) -> Picture:
    """Fetch a repository, less what is never sent, and read it."""
    folder, compose = await _fetch(workspace)
    args = parse_args(workspace.build_args)
    return await Picture.read(folder, Owners(compose, env_refused), unseen=unseen, face=face, args=args)


async def draft_file(workspace: Workspace) -> dagger.File:
    """The services.toml that a repository could have; raise `CatalogueError` when there is nothing to build."""
    text = await drafted_at(*await _fetch(workspace))
    if not text:
        raise CatalogueError("there is no Dockerfile in the repository: nothing to draft")
    return dag.file(CATALOGUE, text)


async def drafted_at(root: Path, compose: Compose) -> str:
    """What services.toml could be for a repository; `compose` has its folder."""
    files = files_of(root)
    ask = partial(ComposeFile.read, compose, partial(_text, root))
    composes = await gather(*(ask(path, override=override) for path, override in projects_of(files)))
    return draft(root, frozenset(filter(_is_dockerfile, files)), _whole(composes))


async def _fetch(workspace: Workspace) -> tuple[Path, Compose]:
    """The repository's folder, and Compose with that of what it may read."""
    folder = workspace.scratch.path / FETCHED
    await workspace.source.export(str(folder))
    copy_for_compose(folder, workspace.scratch.path / FOR_COMPOSE)
    return folder, Compose.in_container(workspace.scratch.directory(FOR_COMPOSE))


def copy_for_compose(root: Path, target: Path) -> None:
    """Put what can be a compose file, or be named by one, into a folder of its own, which may be empty then."""
    target.mkdir(parents=True, exist_ok=True)
    for path in filter(_is_for_compose, files_of(root)):
        if (root / path).is_file():  # no link that leads nowhere
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, target / path)


def offered(face: type) -> Iterator[str]:
    """The names under which Dagger looks for arguments in .env, besides those with the module's own in front."""
    yield from (_joined(name) for name in inspect.get_annotations(face))
    for function, method in inspect.getmembers(face, inspect.iscoroutinefunction):
        if not function.startswith("_"):
            for name in list(inspect.signature(method).parameters)[1:]:
                yield f"{function}_{_joined(name)}"
                yield f"{_joined(function)}_{_joined(name)}"


def files_of(root: Path) -> frozenset[str]:
    """The paths of a repository's own files: not of a Dagger module in a folder, such as this one that it took over."""
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()]
    modules = tuple(path.removesuffix(MODULE) for path in files if path.endswith(f"/{MODULE}"))
    return frozenset(path for path in files if not path.startswith(modules))


def projects_of(files: Collection[str]) -> Iterator[tuple[str, str]]:
    """The compose file of each folder that Compose reads without being told, and the override that it reads over it.

    Files of other names are for people who name them: what they hold alone says nothing.
    """
    for folder in sorted({dirname(path) for path in files}):
        there = [path for name in COMPOSE_FILES if (path := join(folder, name)) in files]
        if there:
            stem, _, kind = there[0].rpartition(".")
            overrides = (f"{stem}.override.{each}" for each in (kind, "yml", "yaml"))
            yield there[0], next((path for path in overrides if path in files), "")


def _is_beside(root: Path) -> bool:
    return not (root / MODULE).exists() and any(root.glob(f"*/{MODULE}"))


def _whole(composes: Sequence[ComposeFile]) -> tuple[ComposeFile, ...]:
    """Those that are no part of another one."""
    parts = frozenset[str]().union(*(compose.parts for compose in composes))
    return tuple(compose for compose in composes if compose.path not in parts)


def _is_dockerfile(path: str) -> bool:
    name = basename(path).lower()
    named = name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile"))
    return named and not name.endswith(NO_DOCKERFILE)


def _is_for_compose(path: str) -> bool:
    name = basename(path)
    return "node_modules/" not in path and (name.startswith(".env") or name.endswith((".yml", ".yaml", ".env")))


def _joined(name: str) -> str:
    return name.replace("_", "")


def _text(root: Path, path: str) -> str:
    file = root / path
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
