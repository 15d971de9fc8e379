"""Checks of what a Dockerfile says: each says what holds, and finds where it does not."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said, variables_of
from ci.inputs.copies import flags, options

ROOT: Final = {"", "root", "0"}
UNPRIVILEGED: Final = re.compile(r"chiseled|distroless|nonroot|unprivileged|-extra\b")
DOWNLOAD: Final = re.compile(r"\b(?:curl|wget|git clone|Invoke-WebRequest)\b[^&|;\n]*?\bhttps?://[^\s'\"]+")
SECRET: Final = re.compile(
    r"(?i)(?:^|_)(?:secret|password|passwd|token|(?:api|private|access|secret)_?key|connection_?string)s?$"
)
# What installs by a lock file alone, and the lock files that serve.
LOCKED: Final = (
    (re.compile(r"\bnpm (?:-\S+ |\S*[./]\S* )*(?:ci|clean-install)\b"), ("package-lock.json", "npm-shrinkwrap.json")),
    (re.compile(r"\bpnpm (?:i|install)\b[^&|;\n]*--frozen-lockfile"), ("pnpm-lock.yaml",)),
    (re.compile(r"\byarn\b[^&|;\n]*--(?:frozen-lockfile|immutable)"), ("yarn.lock",)),
    (re.compile(r"\bdotnet restore\b[^&|;\n]*--locked-mode"), ("packages.lock.json",)),
)
ANY_LOCK: Final = {file for _, files in LOCKED for file in files}
# What is happy without one, unless it installs a program or names a version.
UNLOCKED: Final = re.compile(
    r"\b(?:npm (?:-\S+ )*(?:i|install)|yarn(?: install)?|pnpm (?:i|install))(?=\s*(?:$|[&|;\n]| --?(?!g\b|-?global\b)))"
)
MOST_IN_A_ROW: Final = 2
PROBES: Final = re.compile(r"\b(curl|wget)\b")
# Well-known images, by what they do not bring: a probe that calls it never succeeds.
WITHOUT: Final = {
    "curl": re.compile(r"dotnet/(?:aspnet|runtime)|^(?:docker\.io/)?(?:library/)?node:\S*(?:slim|alpine)"),
    "wget": re.compile(r"dotnet/(?:aspnet|runtime)(?!\S*alpine)|^(?:docker\.io/)?(?:library/)?node:\S*slim"),
}


def downloads(picture: Picture) -> Iterator[Finding]:
    """A build takes nothing from the network that no lock file names."""
    for recipe in picture.recipes:
        for step in recipe.steps("ADD", "RUN"):
            if step.name == "RUN" and (found := DOWNLOAD.search(said(step))):
                yield warning(recipe.place(step), f"RUN downloads: {found[0]}")
            remote = [word for word in step.args[:-1] if re.match(r"(?:https?|git|ssh)://|git@", word)]
            if step.name == "ADD" and remote and not flags(step, "checksum"):
                yield warning(recipe.place(step), f"ADD downloads {remote[0]}")


def gathered(picture: Picture) -> Iterator[Finding]:
    """No base image is read over and over for what is copied into it."""
    for recipe in picture.recipes:
        for stage in recipe.stages:
            base = stage.lineage[0].base
            steps = (step for step in stage.steps if step.name in {"ADD", "COPY", "RUN"})
            for is_run, row in groupby(steps, lambda step: step.name == "RUN"):
                copies = list(row)
                if not is_run and base != "scratch" and len(copies) > MOST_IN_A_ROW:
                    what = f"{len(copies)} times in a row something is copied into {base}"
                    yield warning(recipe.place(copies[0]), f"{what}, and each time all of it is read")


def bases(picture: Picture) -> Iterator[Finding]:
    """Each base image has a version."""
    for recipe in picture.recipes:
        for stage in recipe.stages:
            image = stage.base
            tag = image.rpartition("/")[2].partition(":")[2]
            if stage.parent is None and image != "scratch" and "@" not in image and tag in {"", "latest"}:
                yield warning(recipe.place(stage.steps[0]), f"FROM {image} follows whatever is latest")


def platforms(picture: Picture) -> Iterator[Finding]:
    """Images are for linux/amd64."""
    for recipe in picture.recipes:
        for stage in recipe.image:
            for platform in flags(stage.steps[0], "platform"):
                if "$" not in platform and not platform.startswith("linux/amd64"):
                    yield fault(recipe.place(stage.steps[0]), f"the image is made for {platform}")
    for stack in picture.stacks:
        for service in stack.services:
            if service.platform and not service.platform.startswith("linux/amd64"):
                yield fault(stack.place(service, "platform"), f"{service.name} is run as {service.platform}")


def root(picture: Picture) -> Iterator[Finding]:
    """No image runs as root."""
    for recipe in picture.recipes:
        if not recipe.image or UNPRIVILEGED.search(recipe.image[0].base):
            continue
        users = recipe.image_steps("USER")
        if not users:
            yield warning(recipe.place(recipe.image[-1].steps[0]), "the last stage has no USER: it is root")
        elif (user := recipe.image[-1].scope.expand("".join(users[-1].args))).partition(":")[0] in ROOT:
            yield warning(recipe.place(users[-1]), f"USER {user} is root")


def locks(picture: Picture) -> Iterator[Finding]:
    """What is installed stands in a lock file that is copied."""
    for recipe in picture.recipes:
        names = {path.rpartition("/")[2] for path in recipe.files}
        for step in recipe.steps("RUN"):
            text, place = said(step), recipe.place(step)
            # of several package managers in one RUN, one is chosen by the file that is there
            wanted = [(found[0], files) for install, files in LOCKED if (found := install.search(text))]
            if wanted and not names.intersection(file for _, files in wanted for file in files):
                command, (file, *_) = wanted[0]
                yield fault(place, f"RUN {command} needs {file}, which no COPY brings")
            elif not names & ANY_LOCK and (found := UNLOCKED.search(text)):
                yield warning(place, f"RUN {found[0]} finds no lock file: it takes whatever versions are newest")


def secrets(picture: Picture) -> Iterator[Finding]:
    """No build needs a secret or keeps one."""
    for recipe in picture.recipes:
        for step in recipe.steps("ARG", "ENV", "RUN"):
            for mount in flags(step, "mount"):
                kind = recipe.stages[-1].scope.expand(options(mount).get("type", ""))
                if kind in {"secret", "ssh"}:
                    yield fault(recipe.place(step), f"RUN --mount=type={kind}: no build here is given that")
            for name in variables_of(step):
                if SECRET.search(name) and not name.startswith("NEXT_PUBLIC_"):
                    yield warning(recipe.place(step), f"{step.name} {name} stays in the image's history")


def probes(picture: Picture) -> Iterator[Finding]:
    """A health check calls only what its image brings."""
    for recipe in picture.recipes:
        for step in recipe.image_steps("HEALTHCHECK"):
            if tool := _lacking(recipe, said(step)):
                yield fault(recipe.place(step), f"HEALTHCHECK calls {tool}, which {recipe.image[0].base} lacks")
        for stack, _, service in picture.running(recipe):
            if tool := _lacking(recipe, str(service.healthcheck.get("test", ""))):
                what = f"the health check of {service.name} calls {tool}, which {recipe.image[0].base} lacks"
                yield fault(stack.place(service, "healthcheck", "test"), what)


def _lacking(recipe: Recipe, test: str) -> str:
    """The program of a test that the image's base does not bring and no RUN installs."""
    probe = PROBES.search(test)
    if not probe or not recipe.image or not WITHOUT[probe[1]].search(recipe.image[0].base):
        return ""
    installed = any(probe[1] in said(step) for step in recipe.image_steps("COPY", "RUN"))
    return "" if installed else probe[1]
