"""Checks of the Next.js apps that a Dockerfile builds: each says what holds, and finds where it does not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from posixpath import basename, dirname, normpath
from typing import Any, Final

from attrs import frozen

from ci import jsons
from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said, variables_of

PACKAGE: Final = "package.json"
CONFIG: Final = re.compile(r"(?:^|/)next\.config\.\w+$")
SCRIPT: Final = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)$")
TEST: Final = re.compile(r"(?:\.(?:test|spec|stories)\.[jt]sx?$)|(?:^|/)(?:e2e|tests?|__tests__)/")
COMMENT: Final = re.compile(r"/\*.*?\*/|(?<![^\s;{}(),])//[^\n]*", re.DOTALL)
BUILD: Final = re.compile(r"\bnext build\b|\b(?:npm|pnpm|yarn|bunx?|npx|turbo|nx|lerna)\b[^&|;\n]*\bbuild\b")
PUBLIC: Final = re.compile(r"\bprocess\.env(?:\.|\[['\"])(NEXT_PUBLIC_\w+)")
INLINE: Final = re.compile(r"\b(NEXT_PUBLIC_\w+)=")
VALUES: Final = re.compile(r"\.env(?:\.production)?(?:\.local)?")  # read by Next.js when it builds
FONT: Final = re.compile(r"['\"]next/font/google['\"]")
PUBLIC_FOLDER: Final = re.compile(r"/public/?\n")  # the source of a COPY from a stage
IN_PUBLIC: Final = re.compile(r"(?:^|/)public/")
LOCAL: Final = re.compile(r"localhost|127\.0\.0\.1")
NEEDS: Final = ("dependencies", "devDependencies", "peerDependencies")


@frozen
class Package:
    """A folder with a package.json."""

    folder: str  # from the context; "" is the context itself
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """By which other packages need it."""
        return str(self.facts.get("name", ""))

    @property
    def words(self) -> Sequence[str]:
        """By which a command names it."""
        return [word for word in (self.folder, self.name) if word]

    @property
    def is_app(self) -> bool:
        """Whether it is a Next.js app, and not a package for one."""
        return "next" in {**self._table(NEEDS[0]), **self._table(NEEDS[1])} or "next build" in " ".join(self.scripts)

    @property
    def scripts(self) -> Sequence[str]:
        """What its scripts run."""
        return [str(script) for script in self._table("scripts").values()]

    @property
    def needs(self) -> frozenset[str]:
        """The names of the packages that it needs."""
        return frozenset(chain.from_iterable(map(self._table, NEEDS)))

    def _table(self, key: str) -> Mapping[str, Any]:
        table = self.facts.get(key)
        return table if isinstance(table, dict) else {}


def public(picture: Picture) -> Iterator[Finding]:
    """Each NEXT_PUBLIC_ variable of the sources has a value when they are built."""
    for recipe in picture.recipes:
        packages = _packages(recipe)
        for app in _built(recipe, packages):
            given = _given(recipe, app)
            if given is None:
                continue
            for name, place in _used(recipe, app, packages).items():
                if name not in given:
                    what = f"{name} is read, but {recipe.path} gives it no value before its last RUN: it would be empty"
                    yield fault(place, what)
                elif not given[name]:
                    what = f"{name} is read, and its ARG has no default: without a value it is empty"
                    fix = f'give it a value in services.toml, args = {{ {name} = "..." }}, or by --build-args'
                    yield warning(place, what, fix)


def fonts(picture: Picture) -> Iterator[Finding]:
    """No font is fetched during a build."""
    for recipe in picture.recipes:
        packages = _packages(recipe)
        for app in _built(recipe, packages):
            for place, text in _lines(recipe, _compiled(recipe, app, packages)):
                if FONT.search(text):
                    yield warning(place, "next/font/google downloads fonts during the build")


def standalone(picture: Picture) -> Iterator[Finding]:
    """A Next.js image holds its server, and that listens."""
    for recipe in picture.recipes:
        copied = [step for step in recipe.steps("COPY") if ".next/standalone" in said(step)]
        if not copied:
            continue
        if not any("standalone" in recipe.text(path) for path in filter(CONFIG.search, recipe.files)):
            what = "COPY of .next/standalone finds nothing: no next.config says output: 'standalone'"
            yield fault(recipe.place(copied[0]), what, "add output: 'standalone' to its next.config")
        for step in recipe.steps("COPY"):
            if PUBLIC_FOLDER.search(said(step)) and not any(map(IN_PUBLIC.search, recipe.files)):
                what = "COPY of public finds nothing: git keeps no empty folder"
                yield fault(recipe.place(step), what, "put a file into public, or remove the line")
        checks = recipe.image_steps("HEALTHCHECK")
        if checks and LOCAL.search(said(checks[-1])) and not _is_told_its_name(picture, recipe):
            what = "HEALTHCHECK asks 127.0.0.1, but server.js listens at HOSTNAME, which Docker sets to the container"
            yield fault(recipe.place(checks[-1]), what, "write ENV HOSTNAME=0.0.0.0 above it")


def _packages(recipe: Recipe) -> tuple[Package, ...]:
    """Those that are copied; the one of the context itself where there is none."""
    packages = list[Package]()
    for path in recipe.files:
        if basename(path) == PACKAGE:
            try:
                facts = jsons.loads(recipe.text(path))
            except ValueError:
                facts = {}
            packages.append(Package(dirname(path), facts if isinstance(facts, dict) else {}))
    return tuple(packages) or (Package("", {NEEDS[0]: {"next": ""}}),)


def _built(recipe: Recipe, packages: Sequence[Package]) -> Sequence[Package]:
    """The Next.js apps that a RUN compiles: those that it names, or all when it names no package."""
    apps = [package for package in packages if package.is_app]
    runs = [said(step) for step in recipe.steps("RUN")]
    if not any(map(BUILD.search, runs)):
        return ()
    text = "\n".join((*runs, *(said(step) for step in recipe.steps("WORKDIR")), *_origins(recipe)))
    named = [package for package in packages if any(_is_named(word, text) for word in package.words)]
    return [app for app in apps if app in named] if named else apps


def _origins(recipe: Recipe) -> Iterator[str]:
    """What is copied from other stages: an image takes what a build left there."""
    for step in recipe.steps("COPY"):
        if any(flag.startswith("--from=") for flag in step.flags):
            yield said(step)


def _is_named(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w@.-]){re.escape(word)}(?![\w-])", text) is not None


def _compiled(recipe: Recipe, app: Package, packages: Sequence[Package]) -> Iterator[str]:
    """The sources of an app and of the packages that it needs, as far as they are copied."""
    needed, ahead = {app.folder}, [app]
    while ahead:
        names = ahead.pop().needs
        more = [package for package in packages if package.name in names and package.folder not in needed]
        needed.update(package.folder for package in more)
        ahead += more
    folders = sorted((package.folder for package in packages), key=len, reverse=True)
    for path in filter(SCRIPT.search, recipe.files):
        owner = next((folder for folder in folders if not folder or path.startswith(f"{folder}/")), app.folder)
        if owner in needed and not TEST.search(path):
            yield path


def _lines(recipe: Recipe, paths: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The lines of scripts less their comments, each after its place."""
    for path in paths:
        text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), recipe.text(path))
        for number, line in enumerate(text.splitlines(), start=1):
            yield recipe.place_of(path, number), line


def _used(recipe: Recipe, app: Package, packages: Sequence[Package]) -> Mapping[str, str]:
    """The NEXT_PUBLIC_ variables that are compiled, each with its first place."""
    used = dict[str, str]()
    for place, text in _lines(recipe, _compiled(recipe, app, packages)):
        for name in PUBLIC.findall(text):
            used.setdefault(name, place)
    return used


def _given(recipe: Recipe, app: Package) -> Mapping[str, bool] | None:
    """The variables that hold at some RUN, or that Next.js reads from files; and whether a value is there.

    None when a file of values is copied that is not there: `copies` finds that.
    """
    copied = [step for step in recipe.steps("COPY") if step.args and VALUES.fullmatch(basename(step.args[-1]))]
    if any(normpath(step.args[0]) not in recipe.files for step in copied):
        return None
    given = dict[str, bool]()
    for stage in recipe.stages:
        inherited = stage.parent.scope.variables if stage.parent else {}
        given |= {name: True for name, value in inherited.items() if value}
        last = max((number for number, step in enumerate(stage.steps) if step.name == "RUN"), default=0)
        for step in stage.steps[:last]:
            for name in variables_of(step):
                given[name] = given.get(name, False) or bool(stage.scope.variables.get(name))
    inline = [said(step) for step in recipe.steps("RUN")]
    inline += app.scripts
    files = [path for path in recipe.files if VALUES.fullmatch(basename(path)) and _is_read(path, app)]
    files += [normpath(step.args[0]) for step in copied]
    lines = chain.from_iterable(recipe.text(path).splitlines() for path in files)
    names = [text.partition("=")[0].removeprefix("export ").strip() for text in lines if "=" in text]
    return given | dict.fromkeys([*INLINE.findall("\n".join(inline)), *names], True)


def _is_read(path: str, app: Package) -> bool:
    """Whether Next.js reads a file of values; of an app without a package.json nobody knows its folder."""
    return dirname(path) == app.folder or not app.name


def _is_told_its_name(picture: Picture, recipe: Recipe) -> bool:
    """Whether the image or a compose file says at which address a server listens."""
    in_image = any("HOSTNAME" in stage.scope.variables for stage in recipe.image)
    return in_image or any("HOSTNAME" in service.environment for _, _, service in picture.running(recipe))
