"""A repository as the checks see it: read once, then only looked at."""

import os
from asyncio import gather
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import basename, dirname, join
from typing import Final, Self

from attrs import evolve, field, frozen

from ci.adopt.compose import ComposeFile
from ci.adopt.draft import CATALOGUE, draft
from ci.adopt.recipe import Recipe
from ci.catalogue import Catalogue, load
from ci.compose.ask import Compose
from ci.compose.lines import ComposeLines
from ci.errors import CatalogueError
from ci.host.stack import COMPOSE, VARIABLES
from ci.inputs.ignore import Ignore

DRAFTED: Final = f"draft/{CATALOGUE}"  # in places: its lines are not those of the file
MODULE: Final = "dagger.json"
NO_DOCKERFILE: Final = (".dockerignore", ".md")


@frozen(kw_only=True)
class Picture:
    """What is in a repository; without a sound services.toml, of what one would declare."""

    root: Path
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
        cls, root: Path, compose: Compose, *, unseen: Ignore, offered: frozenset[str], args: Mapping[str, str]
    ) -> Self:
        """Read a repository, of which builds are given these arguments; `compose` has its folder."""
        files = files_of(root)
        refused, drafted = tuple[str, ...](), ""
        try:
            catalogue = load(_text(root, CATALOGUE), name=CATALOGUE)
        except CatalogueError as fault:
            refused = fault.faults
            drafted = draft(root, sorted(filter(_is_dockerfile, files)), await _composes(root, files, compose, ()))
            catalogue = load(drafted, name=DRAFTED) if drafted else Catalogue(root=".", services=())
        hosts = {join(host.compose, COMPOSE) for host in catalogue.hosts}
        composes = await _composes(root, files, compose, [service.name for service in catalogue.services])
        return cls(
            root=root,
            catalogue=catalogue,
            refused=refused,
            draft=drafted,
            recipes=tuple(
                Recipe.read(root, catalogue.root, evolve(one, args={**one.args, **args})) for one in catalogue.services
            ),
            stacks=tuple(one for one in composes if one.path in hosts or not hosts),
            unseen=unseen,
            offered=offered,
            files=files,
        )

    def text(self, path: str) -> str:
        """A file; empty when there is none."""
        return _text(self.root, path)


def files_of(root: Path) -> frozenset[str]:
    """The paths of a repository's own files."""
    return frozenset(_own(frozenset(_files(root))))


def _files(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        inside = Path(folder).relative_to(root).as_posix()
        yield from (join("" if inside == "." else inside, name) for name in names)


def _own(files: frozenset[str]) -> Iterator[str]:
    """What is not of a Dagger module in a folder, such as this one in a repository that took it over."""
    modules = tuple(path.removesuffix(MODULE) for path in files if path.endswith(f"/{MODULE}"))
    return (path for path in files if not path.startswith(modules))


async def _composes(
    root: Path, files: frozenset[str], compose: Compose, services: Sequence[str]
) -> Sequence[ComposeFile]:
    """Every compose file, as it would hand over the images of these services."""

    def read(path: str) -> Awaitable[ComposeFile]:
        variables = _text(root, join(dirname(path), VARIABLES))
        return ComposeFile.read(compose, ComposeLines(path, _text(root, path)), variables, services)

    return await gather(*(read(path) for path in sorted(files) if is_compose_file(path)))


def is_compose_file(path: str) -> bool:
    """Whether a file is one by its name."""
    name = basename(path)
    return name.endswith((".yml", ".yaml")) and name.startswith(("docker-compose", "compose"))


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (name.startswith("Dockerfile") or name.endswith(".Dockerfile")) and not name.endswith(NO_DOCKERFILE)


def _text(root: Path, path: str) -> str:
    file = root / path
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
