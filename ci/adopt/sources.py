"""Checks of the files that are built: each says what holds, and finds where it does not."""

import re
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said, variables_of

OURS: Final = "OIS_CFA_"  # in the .env that says where this module's arguments come from, and holds no secret
SENTENCE: Final = re.compile(r"(?P<place>\S+?:\d+): (?P<what>.*?)(?:; (?P<mend>[^;]*))?", re.DOTALL)
CONFIG: Final = re.compile(r"(?:^|/)next\.config\.\w+$")
SCRIPT: Final = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)$")
TEST: Final = re.compile(r"(?:\.(?:test|spec|stories)\.[jt]sx?$)|(?:^|/)(?:e2e|tests?|__tests__)/")
PUBLIC_FOLDER: Final = re.compile(r"/public/?\n")  # the source of a COPY from a stage
IN_PUBLIC: Final = re.compile(r"(?:^|/)public/")
LOCAL: Final = re.compile(r"localhost|127\.0\.0\.1")
PUBLIC: Final = re.compile(r"\bprocess\.env(?:\.|\[['\"])(NEXT_PUBLIC_\w+)")
FONT: Final = re.compile(r"['\"]next/font/google['\"]")
VALUES: Final = re.compile(r"(?:^|/)\.env(?:\.production)?(?:\.local)?$")  # read by Next.js when it builds
KEY: Final = re.compile(r"(?:^|/)(?:\.env(?:\.local|\..*\.local)?|id_(?:rsa|ed25519)|[^/]+\.(?:pem|pfx|key))$")
GIT: Final = re.compile(r"\bgit (?:rev-parse|describe|log|show|rev-list|tag)\b")
VERSIONING: Final = re.compile(r"\b(Nerdbank\.GitVersioning|GitVersion\.MsBuild|MinVer)\b")


def copies(picture: Picture) -> Iterator[Finding]:
    """All that a Dockerfile copies is there, and gets past .dockerignore."""
    for recipe in picture.recipes:
        for sentence in recipe.refused:
            yield _refused(picture, recipe, sentence)


def public(picture: Picture) -> Iterator[Finding]:
    """Each NEXT_PUBLIC_ variable of the sources has a value when they are built."""
    for recipe in picture.recipes:
        others = tuple(f"{other.folder}/" for other in picture.recipes if other is not recipe and other.folder)
        given = _given(recipe)
        for name, place in _used(recipe, others).items():
            if name not in given:
                what = f"{name} is read, but {recipe.path} gives it no value before its last RUN: it would be empty"
                yield fault(place, what)
            elif not given[name]:
                what = f"{name} is read, and its ARG has no default: without a value it is empty"
                mend = f'give it a value in services.toml, args = {{ {name} = "..." }}, or by --build-args'
                yield warning(place, what, mend)


def fonts(picture: Picture) -> Iterator[Finding]:
    """No font is fetched during a build."""
    for recipe in picture.recipes:
        for place, text in recipe.lines(filter(SCRIPT.search, recipe.files)):
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


def keys(picture: Picture) -> Iterator[Finding]:
    """No file with secrets is copied."""
    for recipe in picture.recipes:
        for path in filter(KEY.search, recipe.files):
            if OURS not in recipe.text(path):
                yield warning(recipe.place_of(path), f"{recipe.path} copies it into a stage")


def history(picture: Picture) -> Iterator[Finding]:
    """No build needs git."""
    for recipe in picture.recipes:
        for step in recipe.steps("RUN"):
            if command := GIT.search(said(step)):
                yield fault(recipe.place(step), f"RUN {command[0]}: no .git gets to a build")
        projects = (path for path in recipe.files if path.endswith((".csproj", ".props", ".targets")))
        for place, text in recipe.lines(projects):
            if package := VERSIONING.search(text):
                tell = warning if package[1] == "MinVer" else fault
                yield tell(place, f"{package[1]} reads .git, which gets to no build")
    if picture.text(".gitmodules") and "GIT_SUBMODULE_STRATEGY" not in picture.text(".gitlab-ci.yml"):
        what = "a GitLab job checks submodules out only when it is told to"
        yield warning(".gitmodules:1", what, "set GIT_SUBMODULE_STRATEGY: recursive in .gitlab-ci.yml")


def endings(picture: Picture) -> Iterator[Finding]:
    """Shell scripts end their lines as Linux does."""
    for recipe in picture.recipes:
        for path in recipe.files:
            if path.endswith(".sh") and "\r\n" in recipe.text(path):
                yield fault(recipe.place_of(path), "its lines end in CR LF: Linux finds no interpreter of that name")


def _refused(picture: Picture, recipe: Recipe, sentence: str) -> Finding:
    found = SENTENCE.fullmatch(sentence)
    if not found:
        return fault(recipe.place(), sentence)
    place = found["place"]
    if not place.startswith("services.toml:"):
        place = normpath(join(recipe.prefix, place))
    path = re.search(r" of (\S+) (?:finds nothing|is dropped)", found["what"])
    if path and picture.unseen.drops(path[1].rstrip("/")):
        what = f"{found['what']}: what a build on a laptop leaves behind never gets to the builder"
        return fault(place, what, "make it in a stage of the Dockerfile, and COPY --from there")
    return fault(place, found["what"], found["mend"] or "")


def _is_told_its_name(picture: Picture, recipe: Recipe) -> bool:
    """Whether the image or a compose file says at which address a server listens."""
    in_image = any("HOSTNAME" in stage.scope.variables for stage in recipe.image)
    return in_image or any("HOSTNAME" in service.environment for _, _, service in picture.running(recipe))


def _given(recipe: Recipe) -> dict[str, bool]:
    """The variables that hold at some RUN, or that Next.js reads from files; and whether a value is there."""
    given = dict[str, bool]()
    for stage in recipe.stages:
        last = max((number for number, step in enumerate(stage.steps) if step.name == "RUN"), default=0)
        for step in stage.steps[:last]:
            for name in variables_of(step):
                given[name] = given.get(name, False) or bool(stage.scope.variables.get(name))
    in_files = recipe.lines(filter(VALUES.search, recipe.files))
    return given | {text.partition("=")[0].strip(): True for _, text in in_files if "=" in text}


def _used(recipe: Recipe, others: tuple[str, ...]) -> dict[str, str]:
    """The NEXT_PUBLIC_ variables of the sources, each with its first place; not of other services' folders."""
    used = dict[str, str]()
    scripts = (path for path in filter(SCRIPT.search, recipe.files) if not TEST.search(path))
    for place, text in recipe.lines(path for path in scripts if not path.startswith(others)):
        for name in PUBLIC.findall(text):
            used.setdefault(name, place)
    return used
