"""Compose, asked what a file means: `docker compose config`, which needs no daemon, no network and pulls nothing."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Self

import dagger
from attrs import field, frozen
from dagger import dag

from ci.bases import PLATFORM
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeProject
from ci.compose.variables import env_file
from ci.errors import CatalogueError

IMAGE: Final = "docker:29-cli"  # Docker's own, for callers that ask no host
FOLDER: Final = "/project"
TEXTS: Final = "/texts"
WRITTEN: Final = "written.env"
PROBE: Final = f"name: probe\nservices: {{probe: {{image: probe, env_file: [{WRITTEN}]}}}}\n"
UNSET: Final = re.compile(r'The \\?"(\w+)\\?" variable is not set')
KEYS: Final = re.compile(r"\b(?:services|configs|secrets|volumes|networks)\.[\w.-]*\w")
PROPERTY: Final = re.compile(r"\b[Aa]dditional propert(?:y|ies) '?([\w.-]+)")
LINE: Final = re.compile(r"\bline (\d+)")


@frozen(kw_only=True)
class Output:
    """What one command printed."""

    code: int
    stdout: str
    stderr: str


@frozen(kw_only=True)
class ComposeAnswer:
    """What Compose says of a file: the project, or one sentence why it refuses it."""

    project: ComposeProject | None
    refused: str = ""
    unset: frozenset[str] = frozenset()  # variables without a value, which it left blank

    def place(self, lines: ComposeLines) -> str:
        """File and line that the refusal names; the first line when it names none."""
        if keys := KEYS.search(self.refused):
            unknown = PROPERTY.search(self.refused)
            return lines.place(*keys[0].split("."), *(unknown.groups() if unknown else ()))
        line = LINE.search(self.refused)
        return f"{lines.path}:{line[1] if line else 1}"

    def or_refuse(self, lines: ComposeLines) -> ComposeProject:
        """The project; raise `CatalogueError` with the place and Compose's own words."""
        if self.project is None:
            raise CatalogueError(f"{self.place(lines)}: Compose refuses it: {self.refused}")
        return self.project


# Arguments of Compose, and the files that are there for this call, by absolute path.
Run = Callable[[Sequence[str], Mapping[str, str]], Awaitable[Output]]


@frozen(kw_only=True)
class Compose:
    """Compose beside a folder of files, and a folder for what is written for one call."""

    run: Run = field(repr=False)
    folder: str = FOLDER
    texts: str = TEXTS

    @classmethod
    def in_container(cls, files: dagger.Directory, image: str = IMAGE) -> Self:
        """That of the official image; the engine keeps its answers."""
        container = dag.container(platform=PLATFORM).from_(image).with_directory(FOLDER, files)

        async def run(arguments: Sequence[str], texts: Mapping[str, str]) -> Output:
            ready = container
            for path, text in texts.items():
                ready = ready.with_new_file(path, text)
            done = ready.with_exec(["docker", "compose", *arguments], expect=dagger.ReturnType.ANY)
            return Output(code=await done.exit_code(), stdout=await done.stdout(), stderr=await done.stderr())

        return cls(run=run)

    async def project(
        self, file: str, *env_files: str, beside: Mapping[str, str] | None = None, arguments: Sequence[str] = ()
    ) -> ComposeAnswer:
        """The project of a file, with the variables of these texts; the later ones win.

        `beside` are files in the folder of that file, by name, which are there for this question.
        """
        root = f"{self.folder}/{file}".rpartition("/")[0]
        variables = {f"{self.texts}/{number}.env": text for number, text in enumerate(env_files)}
        done = await self.run(
            (
                *("--file", f"{self.folder}/{file}", "--project-directory", root),
                *(word for path in variables for word in ("--env-file", path)),
                *arguments,
                *("config", "--format", "json"),
            ),
            {**variables, **{f"{root}/{name}": text for name, text in (beside or {}).items()}},
        )
        unset = frozenset(UNSET.findall(done.stderr))
        if done.code:
            return ComposeAnswer(project=None, refused=_sentence(done.stderr, root), unset=unset)
        return ComposeAnswer(project=ComposeProject.from_json(done.stdout, root), unset=unset)

    def at(self, file: str) -> str:
        """Where Compose finds a file of the folder."""
        return f"{self.folder}/{file}"

    async def variables(self, text: str, place: str, *, given: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """The variables of a .env file, read by a caller who has set those `given`.

        Raise `CatalogueError` with the line, and without what is written there.
        """
        probe, environment = f"{self.texts}/probe.yml", f"{self.texts}/given.env"
        done = await self.run(
            ("--file", probe, "--env-file", environment, "config", "--format", "json"),
            {probe: PROBE, f"{self.texts}/{WRITTEN}": text, environment: env_file(given or {})},
        )
        if done.code:
            line = LINE.search(done.stderr)
            raise CatalogueError(f"{place}:{line[1] if line else 1}: Compose cannot read this line")
        return ComposeProject.from_json(done.stdout, self.texts).services["probe"].environment

    async def required(self, file: str) -> frozenset[str]:
        """The variables without which Compose refuses a file: `${NAME:?why}`."""
        done = await self.run(("--file", f"{self.folder}/{file}", "config", "--variables"), {})
        rows = (line.split() for line in done.stdout.splitlines())
        return frozenset(row[0] for row in rows if row[1:2] == ["true"])


def _sentence(stderr: str, root: str) -> str:
    """Compose's last words, with paths as the repository has them."""
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("time=")]
    text = " ".join(" ".join(lines).split()) or "it said nothing"
    return re.sub(r"^validating \S+: ", "", text).replace(f"{root}/", "")
