"""Checks of what a build needs below the folders that it copies: each says what holds, and finds where it does not."""

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import PurePosixPath
from posixpath import join, normpath
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.layout import Moment, moments
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said
from ci.inputs.copies import flags, words_of
from ci.inputs.ignore import Ignore
from ci.inputs.patterns import fault_of

COMMANDS: Final = re.compile(r"&&|\|\||[;|&\n(){}]")
# They make a path, or do without it.
MAKING: Final = frozenset(
    {"mkdir", "rm", "touch", "echo", "printf", "test", "[", "find", "ls", "chmod", "chown", "export"}
)
MADE: Final = frozenset({"node_modules", ".next", "dist", "build", "out", "target", "bin", "obj", "coverage"})
FIXED: Final = re.compile(r"\bdos2unix\b|\bsed\b[^&|;\n]*\\r|\btr -d\b[^&|;\n]*\\r")
CALLED: Final = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")


def dropped(picture: Picture) -> Iterator[Finding]:
    """What RUN and COPY --from need of a copied folder gets past .dockerignore."""
    for recipe in picture.recipes:
        is_made = cache(partial(_is_made, picture, recipe))
        ends = dict[str, Mapping[str, str]]()  # by a stage's name
        for stage in recipe.stages:
            kept_out: Mapping[str, str] = {}
            for moment in moments(recipe, stage):
                kept_out = {where: path for where, path in moment.dropped.items() if not is_made(path)}
                if moment.step in stage.steps:
                    yield from _needed(recipe, moment, kept_out, ends)
            ends[stage.name] = kept_out


def endings(picture: Picture) -> Iterator[Finding]:
    """Shell scripts end their lines as Linux does."""
    for recipe in picture.recipes:
        texts = [said(step) for step in recipe.steps(*CALLED)]
        for path in recipe.files:
            if not recipe.is_script(path) or "\r\n" not in recipe.text(path):
                continue
            name = path.rpartition("/")[2]
            calls = [text for text in texts if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text)]
            if any(map(FIXED.search, calls)):
                continue
            what = "its lines end in CR LF: Linux finds no interpreter of that name"
            yield (fault if calls else warning)(recipe.place_of(path), what)


def _is_made(picture: Picture, recipe: Recipe, path: str) -> bool:
    """Whether a build makes a path by itself, so that nobody misses what lies there on a laptop: git ignores it."""
    if path.rpartition("/")[2] in MADE:
        return True
    place = recipe.place_of(path).rpartition(":")[0]
    for folder in PurePosixPath(place).parents:
        lines = picture.text(normpath(join(str(folder), ".gitignore"))).splitlines()
        patterns = [f"**/{line.strip().strip('/')}" for line in lines if line.strip() and line[0] not in "#!"]
        if Ignore(text="\n".join(pattern for pattern in patterns if not fault_of(pattern))).drops(place):
            return True
    return False


def _needed(
    recipe: Recipe, moment: Moment, kept_out: Mapping[str, str], ends: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    step = moment.step
    if step.name == "RUN":
        for path in _words(moment, said(step)):
            yield from _lost(recipe, moment, kept_out, path)
    for origin in flags(step, "from") if step.name == "COPY" else ():
        for word in words_of(step, recipe.stages[0].scope.escape)[:-1]:
            yield from _lost(recipe, moment, ends.get(origin.lower(), {}), normpath(join("/", word)))


def _lost(recipe: Recipe, moment: Moment, kept_out: Mapping[str, str], path: str) -> Iterator[Finding]:
    """A finding where a path is below what an ignore file keeps out."""
    above = next((each for each in kept_out if path == each or path.startswith(f"{each}/")), None)
    if above and recipe.tree and above not in moment.copied:
        source = kept_out[above]
        culprit = recipe.tree.ignore.culprit(source)
        verb = f"{moment.step.name} --from" if moment.step.name == "COPY" else moment.step.name
        what = f"{verb} needs {source}, which {recipe.prefixed(culprit)} keeps out of the build"
        yield fault(recipe.place(moment.step), what, f'add "!{source}" below that line')


def _words(moment: Moment, text: str) -> Iterator[str]:
    """The paths that a shell text names, where it is when it names them; not those that it makes."""
    workdir = moment.workdir
    for command in COMMANDS.split(text):
        try:
            words = shlex.split(command)
        except ValueError:
            words = command.split()
        words = [word for word in words if not re.fullmatch(r"\w+=.*", word)]
        if not words or words[0] in MAKING:
            continue
        paths = [normpath(join(workdir, word)) for word in words[1:]]
        yield from (path for word, path in zip(words[1:], paths, strict=True) if not word.startswith("-"))
        if words[0] == "cd" and paths:
            workdir = paths[0]
