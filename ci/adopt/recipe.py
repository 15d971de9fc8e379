"""One service as its Dockerfile makes it: the stages, and the files that they take."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Self

from attrs import define, evolve, field
from e2b_dockerfile_utils import DockerfileInstruction

from ci.catalogue import Service
from ci.errors import InputsError
from ci.inputs.ignore import Ignore
from ci.inputs.inputs import look_at
from ci.inputs.sources import fault, taken
from ci.inputs.stages import Stage
from ci.inputs.tree import Tree


@define(frozen=True, slots=False)  # slots would leave no room for the cached properties
class Recipe:
    """A service, what its Dockerfile says when that can be read, and why the engine would not build it."""

    service: Service
    prefix: str  # the catalogue's root
    refused: tuple[str, ...]  # as PATH:LINE: SENTENCE
    stages: tuple[Stage, ...] = field(default=(), repr=False)  # those that lead to the last one
    tree: Tree | None = field(default=None, repr=False)

    @classmethod
    def read(cls, root: Path, prefix: str, service: Service) -> Self:
        """Read the Dockerfile of a service, and look for what it copies."""
        try:
            dockerfile, ignore = look_at(root / prefix, service)
        except InputsError as refused:
            return cls(service, prefix, refused.faults)
        tree = Tree(root / prefix / service.context, ignore)
        try:
            whys = [(source.line, fault(tree, source)) for source in dockerfile.sources]
        except InputsError as malformed:
            faults = (*dockerfile.faults, *malformed.faults)
            return cls(service, prefix, faults, dockerfile.stages, evolve(tree, ignore=Ignore()))
        sentences = (f"{dockerfile.path}:{line}: {why}" for line, why in whys if why)
        return cls(service, prefix, (*dockerfile.faults, *sentences), dockerfile.stages, tree)

    @property
    def path(self) -> str:
        """The Dockerfile, from the repository's root."""
        return normpath(join(self.prefix, self.service.dockerfile))

    @property
    def folder(self) -> str:
        """Where the Dockerfile lies, from the context; "" when that is the context itself."""
        context = "" if self.service.context == "." else f"{self.service.context}/"
        return f"{dirname(self.service.dockerfile)}/".removeprefix(context).strip("/")

    @property
    def image(self) -> tuple[Stage, ...]:
        """The stages that together make the image: the last one, and what it stands on."""
        return self.stages[-1].lineage if self.stages else ()

    @property
    def exposed(self) -> Iterator[tuple[str, int]]:
        """The ports that the image names, each after its place."""
        for stage in self.image:
            for step in stage.steps:
                for word in step.args if step.name == "EXPOSE" else ():
                    port = stage.scope.expand(word).partition("/")[0]
                    if port.isdecimal():
                        yield self.place(step), int(port)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that it takes, from the context."""
        if not self.tree:
            return ()
        sources = chain.from_iterable(stage.sources for stage in self.stages)
        nodes = chain.from_iterable(taken(self.tree, source) for source in sources)
        return tuple(sorted({node.path for node in nodes if not node.is_folder and not node.is_link}))

    def steps(self, *names: str) -> list[DockerfileInstruction]:
        """What is run to build it: the instructions of these names."""
        return [step for stage in self.stages for step in stage.steps if step.name in names]

    def image_steps(self, *names: str) -> list[DockerfileInstruction]:
        """Those of them that make the image itself."""
        return [step for stage in self.image for step in stage.steps if step.name in names]

    def place(self, step: DockerfileInstruction | None = None) -> str:
        """The line of an instruction, or the first one of the Dockerfile."""
        return f"{self.path}:{step.start_line if step else 1}"

    def place_of(self, path: str, line: int = 1) -> str:
        """A line of a file of the context."""
        return f"{normpath(join(self.prefix, self.service.context, path))}:{line}"

    def prefixed(self, place: str) -> str:
        """A place in the context or the catalogue's root, from the repository's root."""
        return normpath(join(self.prefix, place))

    def is_script(self, path: str) -> bool:
        """Whether Linux looks for an interpreter in the first line of a file."""
        if path.endswith(".sh") or not self.tree:
            return path.endswith(".sh")
        with (self.tree.folder / path).open("rb") as file:
            return file.read(2) == b"#!"

    def text(self, path: str) -> str:
        """A file of the context, with the line ends that it has."""
        return (self.tree.folder / path).read_bytes().decode(errors="replace") if self.tree else ""

    def lines(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The lines of such files, each after its place."""
        for path in paths:
            for number, text in enumerate(self.text(path).splitlines(), start=1):
                yield self.place_of(path, number), text


def said(step: DockerfileInstruction) -> str:
    """What an instruction runs, with its here-documents."""
    return "\n".join((*step.args, *(each.content for each in step.heredocs)))


def variables_of(step: DockerfileInstruction) -> list[str]:
    """The names to which an ARG or ENV gives a value; none of another instruction."""
    words = step.args[::3] if step.name == "ENV" else step.args if step.name == "ARG" else ()
    return [word.partition("=")[0] for word in words]
