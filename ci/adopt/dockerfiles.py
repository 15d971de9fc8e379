"""Checks of what a Dockerfile says: each says what holds, and finds where it does not."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, groupby
from typing import Final

from e2b_dockerfile_utils import DockerfileInstruction

from ci.adopt.finding import Finding, fault, warning
from ci.adopt.layout import Moment, runs
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, said, variables_of
from ci.inputs.copies import flags, options

ROOT: Final = {"", "root", "0"}
UNPRIVILEGED: Final = re.compile(r"chiseled|distroless|nonroot|unprivileged|-extra\b")
DOWNLOAD: Final = re.compile(r"\b(?:curl|wget|git clone|Invoke-WebRequest)\b[^&|;\n]*?\bhttps?://[^\s'\"]+")
# Names of secrets, whole or behind another word; a name in small and capital letters is cut where they change.
SECRET: Final = re.compile(
    r"(?:^|_)(?:secret|password|passwd|passphrase|pass|pwd|(?:access|auth|api)?_?token|pat|auth|credentials?"
    r"|(?:api|private|access|secret)_?key|connection_?string)s?$"
)
WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
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
TRUE: Final = frozenset({"", "1", "t", "true"})  # of an option of a mount (strconv.ParseBool)
MOST_IN_A_ROW: Final = 2
PROBES: Final = re.compile(r"\b(curl|wget)\b")
# Well-known images, by what they do not bring: a probe that calls it never succeeds. BusyBox of Alpine has a wget.
_OFFICIAL: Final = r"^(?:docker\.io/)?(?:library/)?"
_LANGUAGES: Final = r"(?:node|python|ruby|golang|rust|openjdk|eclipse-temurin|php)"
_BARE: Final = rf"dotnet/(?:aspnet|runtime)|distroless|chiseled|{_OFFICIAL}(?:debian|ubuntu)\b"
WITHOUT: Final = {
    "curl": re.compile(rf"{_BARE}|{_OFFICIAL}(?:alpine\b|{_LANGUAGES}:\S*(?:slim|alpine))"),
    "wget": re.compile(rf"(?!\S*alpine)(?:{_BARE}|{_OFFICIAL}{_LANGUAGES}:\S*slim)"),
}


def _refused_copy(step: DockerfileInstruction) -> Iterator[tuple[str, str]]:
    if flags(step, "checksum"):
        yield "ADD --checksum", "commit the file, or install it as a package"
    for mode in flags(step, "chmod"):
        if not re.fullmatch(r"[0-7]+|.*\$.*", mode):
            yield f"--chmod={mode}", "write the mode in octal, such as 0755"


def _refused_run(step: DockerfileInstruction) -> Iterator[tuple[str, str]]:
    if any(flags(step, "device")):
        yield "RUN --device", "build without the device"
    for mount in map(options, flags(step, "mount")):
        if mount.get("type", "bind").lower() == "bind" and _is_written(mount):
            yield "bind mount that is written to", "copy what is changed to another folder first"


def _is_written(mount: Mapping[str, str]) -> bool:
    """Whether a mount asks to be written to; an option without a value is true."""
    writes = next((mount[key] for key in ("rw", "readwrite") if key in mount), "false")
    reads = next((mount[key] for key in ("ro", "readonly") if key in mount), "true")
    return writes.lower() in TRUE or reads.lower() not in TRUE


def _refused_port(step: DockerfileInstruction) -> Iterator[tuple[str, str]]:
    for word in step.args:
        if (protocol := word.partition("/")[2].lower()) not in {"", "tcp", "udp"} and "$" not in protocol:
            yield f"EXPOSE {word}", "leave the line out: a container's port can be reached without it"


# What llbtodagger and the Dockerfile frontend of Dagger refuse
REFUSED: Final[Mapping[str, Callable[[DockerfileInstruction], Iterator[tuple[str, str]]]]] = {
    "ADD": _refused_copy,
    "COPY": _refused_copy,
    "RUN": _refused_run,
    "EXPOSE": _refused_port,
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


def engine(picture: Picture) -> Iterator[Finding]:
    """No line is one that Docker builds and the engine refuses."""
    for recipe in picture.recipes:
        for step in recipe.steps(*REFUSED):
            for what, fix in REFUSED[step.name](step):
                yield fault(recipe.place(step), f"the engine takes no {what}", fix)
    for stack, recipe, service in picture.running():
        contexts = service.build.contexts if service.build else frozenset[str]()
        for stage in recipe.stages:
            for base in stage.images:
                if base.image in contexts:
                    what = f"{base.image} is a context that {stack.path} gives a build: the engine is given none"
                    yield fault(f"{recipe.path}:{base.line}", what, "COPY from the build context, or widen it")


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
        for base in chain.from_iterable(stage.images for stage in recipe.stages):
            if "@" not in base.image and base.image.rpartition("/")[2].partition(":")[2] in {"", "latest"}:
                yield warning(f"{recipe.path}:{base.line}", f"{base.image} follows whatever is latest")


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
            continue
        scope, word = recipe.image[-1].scope, "".join(users[-1].args)
        if not scope.unknown_in(word) and (user := scope.expand(word)).partition(":")[0] in ROOT:
            yield warning(recipe.place(users[-1]), f"USER {user} is root")


def locks(picture: Picture) -> Iterator[Finding]:
    """What is installed stands in a lock file that is copied."""
    for recipe, _, moment in runs(picture):
        names, text, place = _names(recipe, moment), said(moment.step), recipe.place(moment.step)
        # of several package managers in one RUN, one is chosen by the file that is there
        wanted = [(found[0], files) for install, files in LOCKED if (found := install.search(text))]
        if wanted and not names.intersection(file for _, files in wanted for file in files):
            command, (file, *_) = wanted[0]
            yield fault(place, f"RUN {command} needs {file}, which no COPY brings")
        elif not wanted and not names & ANY_LOCK and (found := UNLOCKED.search(text)):
            yield warning(place, f"RUN {found[0]} finds no lock file: it takes whatever versions are newest")


def _names(recipe: Recipe, moment: Moment) -> set[str]:
    """The names of the files that a RUN finds; all that the build takes where it also sees what a stage made."""
    above = [step for step in recipe.steps("COPY") if step.start_line < moment.step.start_line]
    origins = [step for step in above if any(flags(step, "from"))]
    if origins or any(options(mount).get("type", "bind") == "bind" for mount in flags(moment.step, "mount")):
        words = (word.rpartition("/")[2] for step in origins for word in step.args[:-1])
        return {*words, *(path.rpartition("/")[2] for path in recipe.files)}
    return {path.rpartition("/")[2] for path in moment.copied.values()}


def secrets(picture: Picture) -> Iterator[Finding]:
    """No build needs a secret or keeps one."""
    for recipe in picture.recipes:
        for step in recipe.steps("ARG", "ENV", "RUN"):
            for mount in flags(step, "mount"):
                given = options(mount)
                kind = recipe.stages[-1].scope.expand(given.get("type", ""))
                is_required = given.get("required", "false").lower() in TRUE
                if kind in {"secret", "ssh"} and is_required:
                    yield fault(recipe.place(step), f"RUN --mount=type={kind}: no build here is given that")
                elif kind == "ssh":
                    yield warning(recipe.place(step), "RUN --mount=type=ssh: no build here is given a key")
            for name in variables_of(step):
                if SECRET.search(WORDS.sub("_", name).lower()) and not name.startswith("NEXT_PUBLIC_"):
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
