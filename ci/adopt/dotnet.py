"""Checks of .NET projects: each says what holds, and finds where it does not."""

import re
from collections.abc import Collection, Iterator, Sequence
from posixpath import dirname, join, normpath
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.layout import Moment, runs
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said
from ci.inputs.stages import Stage

RESTORE: Final = re.compile(r"\bdotnet restore\b(?P<words>[^&|;\n]*)")
WITHOUT: Final = re.compile(r"\bdotnet (?:build|publish|test|pack)\b[^&|;\n]*--no-restore")
PROJECT: Final = re.compile(r"\.(?:cs|fs|vb)proj$")
SOLUTION: Final = re.compile(r"\.slnx?$")
IN_SOLUTION: Final = re.compile(r'"([^"\n]+\.\w+proj)"')
REFERENCE: Final = re.compile(r'<ProjectReference\s[^>]*Include="([^"]+)"')
PACKAGE: Final = re.compile(r"<PackageReference\s(?![^>]*Version=)[^>]*/>")  # whose version is elsewhere
FRAMEWORK: Final = re.compile(r"<TargetFrameworks?>")
VERSIONS: Final = "Directory.Packages.props"
PROPERTIES: Final = "Directory.Build.props"
FEEDS: Final = ("nuget.config", "NuGet.config", "NuGet.Config")


def restores(picture: Picture) -> Iterator[Finding]:
    """What `dotnet restore` reads is copied before it."""
    for recipe, stage, moment in runs(picture):
        for restore in RESTORE.finditer(said(moment.step)):
            yield from _restored(recipe, stage, moment, restore["words"])


def _restored(recipe: Recipe, stage: Stage, moment: Moment, words: str) -> Iterator[Finding]:
    target = next((word.strip("\"'") for word in words.split() if not word.startswith("-")), ".")
    there, place = set(moment.copied.values()), recipe.place(moment.step)
    for file in _files(moment, target):
        if SOLUTION.search(file):
            for project in _named(recipe, file, IN_SOLUTION):
                if project not in there:
                    what = f"{file} names {project}, which no COPY above it brings: error MSB3202"
                    yield fault(place, f"dotnet restore: {what}", f"COPY {project} above it")
        else:
            yield from _project(recipe, stage, moment, file)


def _project(recipe: Recipe, stage: Stage, moment: Moment, project: str) -> Iterator[Finding]:
    there, place = set(moment.copied.values()), recipe.place(moment.step)
    later = stage.steps[stage.steps.index(moment.step) :]
    tell = fault if any(WITHOUT.search(said(step)) for step in later if step.name == "RUN") else warning
    projects, missing = _closure(recipe, project, there)
    for path in missing:
        what = f"dotnet restore: {project} needs {path}, which no COPY above it brings"
        yield tell(place, what, f"COPY {path} above it")
    texts = {path: recipe.text(path) for path in projects}
    for name in (VERSIONS, PROPERTIES, *FEEDS):
        file = next((path for path in _above(project, name) if _is_there(recipe, path)), "")
        if not file or file in there:
            continue
        stops = (name == VERSIONS and any(map(PACKAGE.search, texts.values()))) or (
            name == PROPERTIES and not FRAMEWORK.search(texts[project]) and FRAMEWORK.search(_text(recipe, file))
        )
        tell = fault if stops else warning
        yield tell(place, f"dotnet restore reads {file}, which no COPY above it brings", f"COPY {file} above it")


def _files(moment: Moment, target: str) -> Sequence[str]:
    """The projects or the solution that a word of a command means, as files of the context."""
    path = moment.at(target)
    if path in moment.copied:
        return [moment.copied[path]]
    beside = [file for where, file in moment.copied.items() if dirname(where) == path]
    return [file for file in beside if SOLUTION.search(file)] or [file for file in beside if PROJECT.search(file)]


def _closure(recipe: Recipe, project: str, there: Collection[str]) -> tuple[list[str], list[str]]:
    """The projects that one needs: those that are copied, and those that the repository has and are not."""
    projects, missing, ahead = list[str](), list[str](), [project]
    while ahead:
        projects.append(ahead.pop())
        for path in _named(recipe, projects[-1], REFERENCE):
            if path in there and path not in {*projects, *ahead}:
                ahead.append(path)
            elif path not in there and path not in missing and _is_there(recipe, path):
                missing.append(path)
    return projects, missing


def _named(recipe: Recipe, file: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The paths of the context that a file of MSBuild names, from its own folder."""
    for path in pattern.findall(_text(recipe, file)):
        yield normpath(join(dirname(file), path.replace("\\", "/")))


def _above(path: str, name: str) -> Iterator[str]:
    """A name in the folder of a file, and in each above it."""
    while path:
        path = dirname(path)
        yield join(path, name)


def _is_there(recipe: Recipe, path: str) -> bool:
    return recipe.tree is not None and (recipe.tree.folder / path).is_file()


def _text(recipe: Recipe, path: str) -> str:
    return recipe.text(path) if _is_there(recipe, path) else ""
