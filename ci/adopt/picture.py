"""A repository as the checks see it: fetched and read once without building anything, then only looked at."""

import inspect
import shutil
from asyncio import gather
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from posixpath import basename, join
from typing import Final, Self

from attrs import evolve, field, frozen

from ci.adopt.compose import ComposeFile
from ci.adopt.draft import CATALOGUE, draft
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
NO_DOCKERFILE: Final = (".dockerignore", ".md")


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
    offered: frozenset[str]  # names that Dagger takes from .env for arguments of this module, in lower case
    files: frozenset[str] = field(repr=False)

    @classmethod
    async def read(
        cls, root: Path, compose: Compose, *, unseen: Sequence[str], face: type, args: Mapping[str, str]
    ) -> Self:
        """Read a repository, of which builds are given these arguments; `compose` has its folder.

        `unseen` are the patterns of what is never sent, and `face` is the class that Dagger offers.
        """
        files = files_of(root)
        text = partial(_text, root)
        ask = partial(ComposeFile.read, compose, text)
        compose_files = sorted(filter(_is_compose_file, files))
        refused, drafted = tuple[str, ...](), ""
        try:
            catalogue = load(text(CATALOGUE), name=CATALOGUE)
        except CatalogueError as fault:
            refused = fault.faults
            composes = await gather(*(ask(path) for path in compose_files))
            drafted = draft(root, sorted(filter(_is_dockerfile, files)), composes)
            catalogue = load(drafted, name=DRAFTED) if drafted else Catalogue(root=".", services=())
        hosts = {join(host.compose, COMPOSE) for host in catalogue.hosts}
        names = [service.name for service in catalogue.services]
        composes = await gather(*(ask(path, images_of=names) for path in compose_files))
        services = (evolve(service, args={**service.args, **args}) for service in catalogue.services)
        return cls(
            text=text,
            catalogue=catalogue,
            refused=refused,
            draft=drafted,
            recipes=tuple(Recipe.read(root, catalogue.root, service) for service in services),
            stacks=tuple(stack for stack in composes if stack.path in hosts or not hosts),
            unseen=Ignore(text="\n".join(unseen)),
            offered=frozenset(offered(face)),
            files=files,
        )

    def running(self, *recipes: Recipe) -> Iterator[tuple[ComposeFile, Recipe, ComposeService]]:
        """Which compose file runs these recipes, or any, and by which of its services."""
        for stack, recipe in product(self.stacks, recipes or self.recipes):
            if service := stack.runs(recipe):
                yield stack, recipe, service


async def look(workspace: Workspace, unseen: Sequence[str], face: type) -> Picture:
    """Fetch a repository, less what is never sent, and read it."""
    folder = workspace.scratch.path / FETCHED
    await workspace.source.export(str(folder))
    copy_for_compose(folder, workspace.scratch.path / FOR_COMPOSE)
    compose = Compose.in_container(workspace.scratch.directory(FOR_COMPOSE))
    return await Picture.read(folder, compose, unseen=unseen, face=face, args=parse_args(workspace.build_args))


def copy_for_compose(root: Path, target: Path) -> None:
    """Put what can be a compose file, or be named by one, into a folder of its own, which may be empty then."""
    target.mkdir(parents=True, exist_ok=True)
    for path in filter(_is_for_compose, files_of(root)):
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


def _is_compose_file(path: str) -> bool:
    name = basename(path)
    return name.endswith((".yml", ".yaml")) and name.startswith(("docker-compose", "compose"))


def _is_dockerfile(path: str) -> bool:
    name = basename(path)
    return (name.startswith("Dockerfile") or name.endswith(".Dockerfile")) and not name.endswith(NO_DOCKERFILE)


def _is_for_compose(path: str) -> bool:
    name = basename(path)
    return "node_modules/" not in path and (name.startswith(".env") or name.endswith((".yml", ".yaml", ".env")))


def _joined(name: str) -> str:
    return name.replace("_", "")


def _text(root: Path, path: str) -> str:
    file = root / path
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
