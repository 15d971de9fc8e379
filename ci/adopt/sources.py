"""Checks of the files that are built: each says what holds, and finds where it does not."""

import re
from collections.abc import Iterator
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said

OURS: Final = "OIS_CFA_"  # in the .env that says where this module's arguments come from, and holds no secret
SENTENCE: Final = re.compile(r"(?P<place>\S+?:\d+): (?P<what>.*?)(?:; (?P<mend>[^;]*))?", re.DOTALL)
SCRIPT: Final = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)$")
TEST: Final = re.compile(r"(?:\.(?:test|spec|stories)\.[jt]sx?$)|(?:^|/)(?:e2e|tests?|__tests__)/")
PUBLIC_FOLDER: Final = re.compile(r"/public/?\n")  # the source of a COPY from a stage
IN_PUBLIC: Final = re.compile(r"(?:^|/)public/")
LOCAL: Final = re.compile(r"localhost|127\.0\.0\.1")
PUBLIC: Final = re.compile(r"\bprocess\.env(?:\.|\[['\"])(NEXT_PUBLIC_\w+)")
FONT: Final = re.compile(r"['\"]next/font/google['\"]")
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
        others = [one.folder for one in picture.recipes if one is not recipe and one.folder]
        known = _given(recipe)
        for name, place in _used(recipe, others).items():
            if name not in known:
                yield fault(
                    place, f"{name} is read, but {recipe.path} gives it no value before its last RUN: it would be empty"
                )
            elif not known[name]:
                yield warning(
                    place,
                    f"{name} is read, and its ARG has no default: without a value it is empty",
                    f'give it a value in services.toml, args = {{ {name} = "..." }}, or by --build-args',
                )


def fonts(picture: Picture) -> Iterator[Finding]:
    """No font is fetched during a build."""
    for recipe in picture.recipes:
        for path in filter(SCRIPT.search, recipe.files):
            for line, text in recipe.lines(path):
                if FONT.search(text):
                    yield warning(recipe.place_of(path, line), "next/font/google downloads fonts during the build")


def standalone(picture: Picture) -> Iterator[Finding]:
    """A Next.js image holds its server, and that listens."""
    for recipe in picture.recipes:
        copied = [step for step in recipe.steps if step.name == "COPY" and ".next/standalone" in said(step)]
        configs = [path for path in recipe.files if re.search(r"(?:^|/)next\.config\.\w+$", path)]
        if copied and not any("standalone" in recipe.text(path) for path in configs):
            yield fault(
                recipe.place(copied[0].start_line),
                "COPY of .next/standalone finds nothing: no next.config says output: 'standalone'",
                "add output: 'standalone' to its next.config",
            )
        for step in recipe.steps:
            public_folder = step.name == "COPY" and PUBLIC_FOLDER.search(said(step))
            if copied and public_folder and not any(map(IN_PUBLIC.search, recipe.files)):
                yield fault(
                    recipe.place(step.start_line),
                    "COPY of public finds nothing: git keeps no empty folder",
                    "put a file into public, or remove the line",
                )
        checks = [step for step in recipe.image_steps if step.name == "HEALTHCHECK"]
        if copied and checks and LOCAL.search(said(checks[-1])) and not _is_told_its_name(picture, recipe):
            yield fault(
                recipe.place(checks[-1].start_line),
                "HEALTHCHECK asks 127.0.0.1, but server.js listens at HOSTNAME, which Docker sets to the container",
                "write ENV HOSTNAME=0.0.0.0 above it",
            )


def keys(picture: Picture) -> Iterator[Finding]:
    """No file with secrets is copied."""
    for recipe in picture.recipes:
        for path in filter(KEY.search, recipe.files):
            if OURS not in recipe.text(path):
                yield warning(recipe.place_of(path, 1), f"{recipe.path} copies it into a stage")


def history(picture: Picture) -> Iterator[Finding]:
    """No build needs git."""
    for recipe in picture.recipes:
        for step in recipe.steps:
            if step.name == "RUN" and (found := GIT.search(said(step))):
                yield fault(recipe.place(step.start_line), f"RUN {found[0]}: no .git gets to a build")
        for path in recipe.files:
            if path.endswith((".csproj", ".props", ".targets")):
                for line, text in recipe.lines(path):
                    if found := VERSIONING.search(text):
                        tell = warning if found[1] == "MinVer" else fault
                        yield tell(recipe.place_of(path, line), f"{found[1]} reads .git, which gets to no build")
    if picture.text(".gitmodules") and "GIT_SUBMODULE_STRATEGY" not in picture.text(".gitlab-ci.yml"):
        yield warning(
            ".gitmodules:1",
            "a GitLab job checks submodules out only when it is told to",
            "set GIT_SUBMODULE_STRATEGY: recursive in .gitlab-ci.yml",
        )


def endings(picture: Picture) -> Iterator[Finding]:
    """Shell scripts end their lines as Linux does."""
    for recipe in picture.recipes:
        for path in recipe.files:
            if path.endswith(".sh") and "\r\n" in recipe.text(path):
                yield fault(recipe.place_of(path, 1), "its lines end in CR LF: Linux finds no interpreter of that name")


def _refused(picture: Picture, recipe: Recipe, sentence: str) -> Finding:
    found = SENTENCE.fullmatch(sentence)
    if not found:
        return fault(recipe.place(1), sentence)
    place = found["place"] if found["place"].startswith("services.toml:") else _in_repository(picture, found["place"])
    path = re.search(r" of (\S+) (?:finds nothing|is dropped)", found["what"])
    if path and picture.unseen.drops(path[1].rstrip("/")):
        return fault(
            place,
            f"{found['what']}: what a build on a laptop leaves behind never gets to the builder",
            "make it in a stage of the Dockerfile, and COPY --from there",
        )
    return fault(place, found["what"], found["mend"] or "")


def _in_repository(picture: Picture, place: str) -> str:
    root = picture.catalogue.root
    return place if root == "." else f"{root}/{place}"


def _is_told_its_name(picture: Picture, recipe: Recipe) -> bool:
    """Whether the image or a compose file says at which address a server listens."""
    running = ((stack, stack.runs(recipe)) for stack in picture.stacks)
    return any("HOSTNAME" in stage.scope.variables for stage in recipe.image) or any(
        "HOSTNAME" in stack.services[name].environment for stack, name in running if name
    )


def _given(recipe: Recipe) -> dict[str, bool]:
    """The variables that hold at some RUN, or that Next.js reads from files; and whether a value is there."""
    given = dict[str, bool]()
    for stage in recipe.stages:
        last = max((number for number, step in enumerate(stage.steps) if step.name == "RUN"), default=0)
        for step in stage.steps[:last]:
            words = step.args[::3] if step.name == "ENV" else step.args if step.name == "ARG" else ()
            for name in (word.partition("=")[0] for word in words):
                given[name] = given.get(name, False) or bool(stage.scope.variables.get(name))
    for path in recipe.files:
        if re.search(r"(?:^|/)\.env(?:\.production)?(?:\.local)?$", path):
            given |= {text.partition("=")[0].strip(): True for _, text in recipe.lines(path) if "=" in text}
    return given


def _used(recipe: Recipe, others: list[str]) -> dict[str, str]:
    """The NEXT_PUBLIC_ variables of the sources, each with its first place; not of other services' folders."""
    used = dict[str, str]()
    for path in filter(SCRIPT.search, recipe.files):
        if not TEST.search(path) and not any(path.startswith(f"{other}/") for other in others):
            for line, text in recipe.lines(path):
                for name in PUBLIC.findall(text):
                    used.setdefault(name, recipe.place_of(path, line))
    return used
