"""A compose file of a repository as Compose reads it, with the variables that git gives it."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from posixpath import basename, dirname, join, normpath
from typing import Final, Self

from attrs import field, frozen

from ci.adopt.recipe import Recipe
from ci.compose.ask import Compose, ComposeAnswer
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeService
from ci.compose.variables import ENVIRONMENT, env_file, image_markers, marker_of, placeholder
from ci.errors import CatalogueError
from ci.host.stack import VARIABLES

LISTENS: Final = ("ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "PORT")  # tell a service where
NOT_FOUND: Final = re.compile(r"env file (\S+) not found")
DEMANDED: Final = re.compile(r"\$\{(\w+):?\?")
EVERY_PROFILE: Final = ("--profile", "*")


@frozen(kw_only=True)
class ComposeFile:
    """A compose file; `answer` has no project when Compose refuses the file."""

    lines: ComposeLines = field(repr=False)
    answer: ComposeAnswer = field(repr=False)
    unnamed: frozenset[str] = frozenset()  # variables without a default, which no file of git names
    variables_refused: str = ""  # what is wrong with the file of variables, with its place

    @classmethod
    async def read(
        cls,
        compose: Compose,
        text: Callable[[str], str],
        path: str,
        *,
        override: str = "",
        images_of: Iterable[str] = (),
    ) -> Self:
        """Ask Compose with the variables beside the file, and a marker for the image of each of these services.

        `text` gives that of a path of the repository, and none where there is no file; `override` is read over the
        file, as Compose does by itself. Without a host's variables those of `.env` hold.
        """
        variables = join(dirname(path), VARIABLES)
        if not text(variables):
            variables = join(dirname(path), ENVIRONMENT)
        values, refused = dict[str, str](), ""
        try:
            demanded = set(DEMANDED.findall(text(variables)))  # whoever calls Compose may set them
            of_caller = {name: placeholder(name) for name in demanded}
            values |= await compose.variables(text(variables), variables, given=of_caller)
        except CatalogueError as fault:
            refused = str(fault)
        required = await compose.required(path)
        # A port that nobody knows is 0, which Compose takes for one of Docker's choice.
        given = {
            name: values.get(name) or ("0" if "PORT" in name.upper() else placeholder(name))
            for name in (*values, *required)
        }
        env, beside = env_file({**given, **image_markers(images_of)}), {ENVIRONMENT: env_file(given)}
        arguments = (*(("--file", compose.at(override)) if override else ()), *EVERY_PROFILE)
        answer = await compose.project(path, env, beside=beside, arguments=arguments)
        while (missing := NOT_FOUND.search(answer.refused)) and missing[1] not in beside:
            beside[missing[1]] = ""  # not in git; `beside` of the checks names it
            answer = await compose.project(path, env, beside=beside, arguments=arguments)
        unnamed = answer.unset | (required - values.keys())
        return cls(lines=ComposeLines(path, text(path)), answer=answer, unnamed=unnamed, variables_refused=refused)

    @property
    def path(self) -> str:
        """Where it is in the repository."""
        return self.lines.path

    @property
    def services(self) -> Collection[ComposeService]:
        """Its services; none when Compose refuses it."""
        return self.answer.project.services.values() if self.answer.project else ()

    def runs(self, recipe: Recipe) -> ComposeService | None:
        """The service that runs one of the catalogue; None when nothing tells."""
        ours = recipe.service.name
        ways: Sequence[Callable[[ComposeService], bool]] = (
            lambda service: service.image == marker_of(ours),
            lambda service: re.split("[@:]", basename(service.image))[0] == ours,
            lambda service: self._builds(service, recipe) and _has_args(service, recipe),
            lambda service: service.name in {ours, f"{ours}-service"},
            lambda service: self._builds(service, recipe),
        )
        return next((service for way in ways for service in self.services if way(service)), None)

    def _builds(self, service: ComposeService, recipe: Recipe) -> bool:
        """Whether Compose would build that Dockerfile to that stage."""
        if (build := service.build) is None:
            return False
        path = normpath(join(dirname(self.path), build.dockerfile))
        return (path, build.target) == (recipe.path, recipe.service.target)

    def place_off(self, service: ComposeService) -> str:
        """The line that switches off the health check of a service."""
        places = (self.place(service, "healthcheck", key) for key in ("disable", "test"))
        return next((place for place in places if place != self.place(service, "healthcheck")), self.place(service))

    @property
    def parts(self) -> frozenset[str]:
        """The compose files that it is made of besides itself, as paths of the repository."""
        read = (path for keys, path in self.lines.files_read() if keys[-1] in {"include", "extends"})
        return frozenset(normpath(join(dirname(self.path), path)) for path in read)

    def place(self, service: ComposeService, *keys: str) -> str:
        """The line of a key of a service."""
        return self.lines.place("services", service.name, *keys)

    @property
    def beside(self) -> Iterator[tuple[str, str]]:
        """The files that it takes from its folder, each after the place that names it."""
        for keys, path in self.lines.files_read():
            if path.removeprefix("./") != ENVIRONMENT:
                yield self.lines.place(*keys), path
        for service in self.services:
            for mount in service.mounts:
                if mount.source and not mount.source.startswith("/"):
                    keys = (mount.kind, mount.name) if mount.name else ("services", service.name, mount.kind)
                    yield self.lines.place_of_entry(keys, mount.source), mount.source


def ports_in(value: str) -> list[int]:
    """The ports in a value of one of LISTENS, such as `http://+:8080;https://+:8443`."""
    return [int(number) for number in re.findall(r"\d+(?=/|;|$)", value)]


def _has_args(service: ComposeService, recipe: Recipe) -> bool:
    """Whether Compose would build with the arguments of the catalogue, where it gives some."""
    return service.build is not None and service.build.args.items() <= recipe.service.args.items()
