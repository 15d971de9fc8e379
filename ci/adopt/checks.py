"""All that is checked, in the order in which it is told."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from ci.adopt import composes, dockerfiles, settings, sources
from ci.adopt.finding import Check, Finding, Level
from ci.adopt.picture import Picture

MOVE: Final = "rename it, as docs/adopt.md shows, and let compose read it by --env-file"

CHECKS: Final = (
    Check(
        name="catalogue",
        why="services.toml names what is built and where it runs",
        mend="mend services.toml; an editor that knows services.schema.json helps",
        find=settings.catalogue,
    ),
    Check(
        name="env",
        why="the root's .env means nothing else to Dagger",
        mend=MOVE,
        find=settings.environment,
    ),
    Check(
        name="copies",
        why="all that a Dockerfile copies is there, and gets past .dockerignore",
        mend="mend that line of the Dockerfile, or the ignore file",
        find=sources.copies,
    ),
    Check(
        name="locks",
        why="what is installed stands in a lock file that is copied",
        mend="commit the lock file, and COPY it beside package.json",
        find=dockerfiles.locks,
    ),
    Check(
        name="public",
        why="each NEXT_PUBLIC_ variable of the sources has a value when they are built",
        mend="add ARG with its name above the RUN that builds, and its value to args in services.toml",
        find=sources.public,
    ),
    Check(
        name="standalone",
        why="a Next.js image holds its server, and that listens",
        mend="add output: 'standalone' to next.config",
        find=sources.standalone,
    ),
    Check(
        name="fonts",
        why="no font is fetched during a build",
        mend="put the font into the repository and use next/font/local",
        find=sources.fonts,
    ),
    Check(
        name="downloads",
        why="a build takes nothing from the network that no lock file names",
        mend="commit the file, write ADD --checksum, or install it as a package",
        find=dockerfiles.downloads,
    ),
    Check(
        name="gathered",
        why="no base image is read over and over for what is copied into it",
        mend="gather it in a stage FROM scratch and copy that once, as docs/adopt.md shows",
        find=dockerfiles.gathered,
    ),
    Check(
        name="history",
        why="no build needs git",
        mend="take the version from a file, or from the image that runs (IMAGE_REF)",
        find=sources.history,
    ),
    Check(
        name="secrets",
        why="no build needs a secret or keeps one",
        mend="a build here gets no secrets: give them to the container, in .env on the host",
        find=dockerfiles.secrets,
    ),
    Check(
        name="keys",
        why="no file with secrets is copied",
        mend="add it to .dockerignore",
        find=sources.keys,
    ),
    Check(
        name="endings",
        why="shell scripts end their lines as Linux does",
        mend="add *.sh text eol=lf to .gitattributes and commit the script anew",
        find=sources.endings,
    ),
    Check(
        name="bases",
        why="each base image has a version",
        mend="name a version, such as node:20-bookworm-slim",
        find=dockerfiles.bases,
    ),
    Check(
        name="platforms",
        why="images are for linux/amd64",
        mend="remove platform: images are built for linux/amd64, whatever the laptop is",
        find=dockerfiles.platforms,
    ),
    Check(
        name="root",
        why="no image runs as root",
        mend="add USER with a number to the last stage",
        find=dockerfiles.root,
    ),
    Check(
        name="compose",
        why="each host has its compose file, variables and known_hosts",
        mend="add it",
        find=composes.read,
        deploys=True,
    ),
    Check(
        name="images",
        why="compose takes each image from a variable",
        mend="write image: ${NAME_IMAGE:-${CI_REGISTRY_IMAGE}/NAME:dev}",
        find=composes.images,
        deploys=True,
    ),
    Check(
        name="health",
        why="each service can be asked whether it is well",
        mend='add health = "/health" to it or its kind in services.toml',
        find=composes.health,
        deploys=True,
    ),
    Check(
        name="versions",
        why="a service that says which image it runs is told its name",
        mend="add IMAGE_REF to its environment in the compose file, or take version from services.toml",
        find=composes.versions,
        deploys=True,
    ),
    Check(
        name="probes",
        why="a health check calls only what its image brings",
        mend="install it in the last stage, or let the service check itself, as node -e or dotnet can",
        find=dockerfiles.probes,
        deploys=True,
    ),
    Check(
        name="ports",
        why="ports are the same in Dockerfile, compose and services.toml, and taken once",
        mend="let EXPOSE, the compose file and services.toml say the same port",
        find=composes.ports,
        deploys=True,
    ),
    Check(
        name="variables",
        why="each variable of the compose file is named in .env.dev",
        mend="add it to .env.dev, empty when it is the host's own secret",
        find=composes.variables,
        deploys=True,
    ),
    Check(
        name="beside",
        why="the compose file stands alone",
        mend="name it in files of the host, so that `install` copies it, or put it into the image",
        find=composes.beside,
        deploys=True,
    ),
)


@frozen
class Checked:
    """A check, and what it found."""

    check: Check
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(one.level is level for one in self.findings)

    def mend(self, finding: Finding) -> str:
        """What to do about a finding."""
        return finding.mend or self.check.mend


def run(picture: Picture) -> tuple[Checked, ...]:
    """Every check on a repository; without a host, what only a deploy minds is in nobody's way."""
    return tuple(Checked(check, tuple(dict.fromkeys(_find(check, picture)))) for check in CHECKS)


def _find(check: Check, picture: Picture) -> Iterator[Finding]:
    harmless = check.deploys and not picture.catalogue.hosts
    for one in check.find(picture):
        yield evolve(one, level=Level.WARNING) if harmless else one
