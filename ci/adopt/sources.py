"""Checks of the files that are built: each says what holds, and finds where it does not."""

import re
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said

OURS: Final = "OIS_CFA_"  # in the .env that says where this module's arguments come from, and holds no secret
SENTENCE: Final = re.compile(r"(?P<place>\S+?:\d+): (?P<what>.*?)(?:; (?P<mend>[^;]*))?", re.DOTALL)
KEY: Final = re.compile(r"(?:^|/)(?:\.env(?:\.local|\..*\.local)?|id_(?:rsa|ed25519)|[^/]+\.(?:pem|pfx|key))$")
TOKEN: Final = re.compile(r":_(?:authToken|auth|password)\s*=\s*(?!\s*\$\{)\S")  # in .npmrc
GIT: Final = re.compile(r"\bgit (?:rev-parse|describe|log|show|rev-list|tag)\b")
VERSIONING: Final = re.compile(r"\b(Nerdbank\.GitVersioning|GitVersion\.MsBuild|MinVer)\b")


def copies(picture: Picture) -> Iterator[Finding]:
    """All that a Dockerfile copies is there, and gets past .dockerignore."""
    for recipe in picture.recipes:
        for sentence in recipe.refused:
            yield _refused(picture, recipe, sentence)


def keys(picture: Picture) -> Iterator[Finding]:
    """No file with secrets is copied."""
    for recipe in picture.recipes:
        for path in filter(KEY.search, recipe.files):
            if OURS not in recipe.text(path):
                yield warning(recipe.place_of(path), f"{recipe.path} copies it into a stage")
        for place, text in recipe.lines(path for path in recipe.files if path.endswith(".npmrc")):
            if TOKEN.search(text):
                yield warning(place, f"{recipe.path} copies a token into a stage")


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
