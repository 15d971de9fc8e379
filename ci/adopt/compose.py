"""A compose file of a repository as Compose reads it, with the variables that git gives it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import basename, dirname, join, normpath
from typing import Final, Self

from attrs import field, frozen

from ci.adopt.recipe import Recipe
from ci.compose.ask import Compose, ComposeAnswer
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeService
from ci.compose.variables import env_file, image_markers, marker_of, placeholder
from ci.errors import CatalogueError
from ci.host.stack import VARIABLES

ENVIRONMENT: Final = ".env"  # the one that a host has
NOT_FOUND: Final = re.compile(r"env file (\S+) not found")
EVERY_PROFILE: Final = ("--profile", "*")


@frozen(kw_only=True)
class ComposeFile:
    """A compose file; `answer` has no project when Compose refuses the file."""

    lines: ComposeLines = field(repr=False)
    answer: ComposeAnswer = field(repr=False)
    unnamed: frozenset[str] = frozenset()  # variables without a default, which no file of git names
    variables_refused: str = ""  # what is wrong with the file of variables, with its place

    @classmethod
    async def read(cls, compose: Compose, lines: ComposeLines, variables: str, services: Iterable[str]) -> Self:
        """Ask Compose with the text of the variables beside the file, and a marker for the image of each service."""
        path = lines.path
        values, refused = dict[str, str](), ""
        try:
            values |= await compose.variables(variables, join(dirname(path), VARIABLES))
        except CatalogueError as fault:
            refused = str(fault)
        required = await compose.required(path)
        given = {name: values.get(name) or placeholder(name) for name in (*values, *required)}
        env, beside = env_file({**given, **image_markers(services)}), {ENVIRONMENT: env_file(given)}
        answer = await compose.project(path, env, beside=beside, arguments=EVERY_PROFILE)
        while (missing := NOT_FOUND.search(answer.refused)) and missing[1] not in beside:
            beside[missing[1]] = ""  # not in git; `beside` of the checks names it
            answer = await compose.project(path, env, beside=beside, arguments=EVERY_PROFILE)
        unnamed = answer.unset | (required - values.keys())
        return cls(lines=lines, answer=answer, unnamed=unnamed, variables_refused=refused)

    @property
    def path(self) -> str:
        """Where it is in the repository."""
        return self.lines.path

    @property
    def services(self) -> Mapping[str, ComposeService]:
        """Its services, by name; none when Compose refuses it."""
        return self.answer.project.services if self.answer.project else {}

    def runs(self, recipe: Recipe) -> str:
        """The name under which a service of the catalogue runs here; empty when nothing tells."""
        ours = recipe.service.name
        ways: Sequence[Callable[[ComposeService], bool]] = (
            lambda service: service.image == marker_of(ours),
            lambda service: image_name(service.image) == ours,
            lambda service: bool(service.build) and normpath(join(dirname(self.path), service.build)) == recipe.path,
            lambda service: service.name in {ours, f"{ours}-service"},
        )
        return next((name for way in ways for name, service in self.services.items() if way(service)), "")

    @property
    def beside(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The files that it takes from its folder, each after the keys that name it."""
        for keys, path in self.lines.files_read():
            if path.removeprefix("./") != ENVIRONMENT:
                yield keys, path
        for service in self.services.values():
            for mount in service.mounts:
                if mount.source and not mount.source.startswith("/"):
                    keys = (mount.kind, mount.name) if mount.name else ("services", service.name, mount.kind)
                    yield keys, mount.source


def image_name(image: str) -> str:
    """The last part of an image, without its tag."""
    return basename(image).partition("@")[0].partition(":")[0]
