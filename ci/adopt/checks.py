"""All that is checked, in the order in which it is told."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from attrs import evolve, frozen

from ci.adopt import composes, dockerfiles, dotnet, nextjs, paths, settings, sources
from ci.adopt.finding import Finding, Level
from ci.adopt.picture import Picture


@frozen
class Check:
    """One thing that real repositories get wrong; the function has its name, and says what holds when it passes."""

    find: Callable[[Picture], Iterable[Finding]]
    mend: str = ""  # where a finding has none of its own

    @property
    def name(self) -> str:
        """As the table and the paper have it."""
        return self.find.__name__

    @property
    def why(self) -> str:
        """The function's docstring, as a part of a sentence."""
        says = self.find.__doc__ or ""
        return says[:1].lower() + says[1:].removesuffix(".")


BUILDS: Final = (
    Check(settings.catalogue, "mend services.toml; an editor that knows services.schema.json helps"),
    Check(settings.env, "rename it, as docs/adopt.md shows, and let compose read it by --env-file"),
    Check(sources.copies, "mend that line of the Dockerfile, or the ignore file"),
    Check(paths.dropped),
    Check(dotnet.restores),
    Check(dockerfiles.locks, "commit the lock file, and COPY it beside package.json"),
    Check(nextjs.public, "add ARG with its name above the RUN that builds, and its value to args in services.toml"),
    Check(nextjs.standalone),
    Check(nextjs.fonts, "put the font into the repository and use next/font/local"),
    Check(dockerfiles.engine),
    Check(dockerfiles.downloads, "commit the file, or install it as a package"),
    Check(dockerfiles.gathered, "gather it in a stage FROM scratch and copy that once, as docs/adopt.md shows"),
    Check(sources.history, "take the version from a file, or from the image that runs (IMAGE_REF)"),
    Check(dockerfiles.secrets, "a build here gets no secrets: give them to the container, in .env on the host"),
    Check(sources.keys, "add it to .dockerignore"),
    Check(paths.endings, "add *.sh text eol=lf to .gitattributes and commit the script anew"),
    Check(dockerfiles.bases, "name a version, such as node:20-bookworm-slim"),
    Check(dockerfiles.platforms, "remove platform: images are built for linux/amd64, whatever the laptop is"),
    Check(dockerfiles.root, "add USER with a number to the last stage"),
)
DEPLOYS: Final = (  # what only a deploy minds
    Check(composes.compose),
    Check(composes.images),
    Check(composes.health, 'add health = "/health" to it or its kind in services.toml'),
    Check(composes.targets, "name the stage that a host runs by target in services.toml"),
    Check(composes.versions),
    Check(
        dockerfiles.probes, "install it in the last stage, or let the service check itself, as node -e or dotnet can"
    ),
    Check(composes.ports, "let EXPOSE, the compose file and services.toml say the same port"),
    Check(composes.variables, "add it to .env.dev, empty when it is the host's own secret"),
    Check(composes.beside, "name it in files of the host, so that `install` copies it, or put it into the image"),
)
CHECKS: Final = (*BUILDS, *DEPLOYS)


@frozen
class Checked:
    """A check, and what it found."""

    check: Check
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(finding.level is level for finding in self.findings)


def run(picture: Picture) -> tuple[Checked, ...]:
    """Every check on a repository; without a host, what only a deploy minds is in nobody's way."""
    return tuple(Checked(check, tuple(dict.fromkeys(_find(check, picture)))) for check in CHECKS)


def _find(check: Check, picture: Picture) -> Iterator[Finding]:
    harmless = check in DEPLOYS and not picture.catalogue.hosts
    for finding in check.find(picture):
        level = Level.WARNING if harmless else finding.level
        yield evolve(finding, level=level, mend=finding.mend or check.mend)
