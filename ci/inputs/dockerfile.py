"""What a Dockerfile takes from its context and which images it stands on, read as the engine reads it."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from attrs import Factory, define, field, frozen
from e2b_dockerfile_utils import (
    DockerfileAst,
    DockerfileInstruction,
    DockerfileSyntaxError,
    parse_dockerfile_ast,
)

from ci.errors import InputsError
from ci.inputs.copies import Source, copied, copied_from, flags, inside, options
from ci.inputs.scope import Scope, platform_variables

_INSTRUCTIONS = ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "LABEL", "RUN", "USER", "VOLUME", "WORKDIR")
_STAGE_WITH_NAME = 3  # FROM image AS name


@frozen(kw_only=True, eq=False)
class Stage:
    """A stage, with the variables that hold at its end."""

    base: str  # an image or an earlier stage
    parent: "Stage | None" = field(default=None, repr=False)  # the stage that it stands on
    scope: Scope = field(repr=False)
    steps: tuple[DockerfileInstruction, ...] = field(repr=False)  # FROM is the first

    @property
    def lineage(self) -> tuple["Stage", ...]:
        """The stages that it stands on, then itself: together they make one image."""
        return (*(self.parent.lineage if self.parent else ()), self)


@frozen(kw_only=True)
class Dockerfile:
    """A Dockerfile, and what the stages that lead to its target take from outside."""

    path: str
    target: str  # a stage's name; the last one when empty
    text: str = field(repr=False)
    sources: tuple[Source, ...]
    bases: tuple[str, ...]
    args: frozenset[str]
    stages: tuple[Stage, ...] = field(default=(), eq=False, repr=False)


def parse(
    path: str, text: str, args: Mapping[str, str], *, platform: str = "linux/amd64", target: str = ""
) -> Dockerfile:
    """Read a Dockerfile under build arguments; refuse, each with its line, what the engine would not build."""
    ast = _syntax(path, text)
    reading = _Reading(Scope(args, ast.escape_token, variables=platform_variables(platform)))
    InputsError.unless_none(f"{path}:{fault}" for fault in reading.faults_of(ast))
    used = reading.stages_that_lead_to(target)
    if not used:
        raise InputsError(
            f"{path}: there is no stage {target}; add FROM STAGE AS {target}, or name another in its place"
        )
    return Dockerfile(
        path=path,
        target=target,
        text=text,
        sources=tuple(source for stage in used for source in stage.sources),
        bases=tuple(dict.fromkeys(image for stage in used for image in reading.images(stage))),
        args=frozenset(word.partition("=")[0] for step in ast.instructions if step.name == "ARG" for word in step.args),
        stages=tuple(map(reading.told, used)),
    )


def _syntax(path: str, text: str) -> DockerfileAst:
    try:
        return parse_dockerfile_ast(text)
    except DockerfileSyntaxError as error:
        sentence = str(error).rpartition("parse error")[2].partition(": ")[2]
        raise InputsError(f"{path}:{error.line or 1}: {sentence}; {_mend(sentence)}") from None


def _mend(sentence: str) -> str:
    if not sentence.startswith("unknown instruction"):
        return "write it as the Dockerfile reference has it"
    near = get_close_matches(sentence.rpartition(" ")[2].upper(), _INSTRUCTIONS, n=1)
    return f"did you mean {near[0]}?" if near else "begin the line with an instruction such as RUN"


@define(eq=False)
class _Stage:
    base: str
    name: str
    scope: Scope
    sources: list[Source] = Factory(list)
    copies_from: list[str] = Factory(list)
    steps: list[DockerfileInstruction] = Factory(list)


@define
class _Reading:
    """The stages of a Dockerfile, read line by line."""

    top: Scope
    stages: list[_Stage] = Factory(list)

    def faults_of(self, ast: DockerfileAst) -> Iterator[str]:
        for step in ast.instructions:
            try:
                self._take(step)
            except ValueError as fault:
                yield f"{step.start_line}: {fault}"
        if not self.stages:
            yield "1: there is no stage; begin it with FROM IMAGE"

    def stages_that_lead_to(self, target: str) -> list[_Stage]:
        """In their order; the engine leaves the others out. None when there is no target of that name."""
        last = self._find(target, len(self.stages)) if target else len(self.stages) - 1
        reached, ahead = set[int](), [] if last is None else [last]
        while ahead:
            number = ahead.pop()
            if number not in reached:
                reached.add(number)
                ahead += [found for name in self._origins(number) if (found := self._find(name, number)) is not None]
        return [self.stages[number] for number in sorted(reached)]

    def images(self, stage: _Stage) -> Iterator[str]:
        """What a stage stands on or copies from that is neither a stage nor nothing."""
        number = self.stages.index(stage)
        return (name for name in self._origins(number) if self._find(name, number) is None and name != "scratch")

    def told(self, stage: _Stage) -> Stage:
        """A stage as it is handed out."""
        parent = self._find(stage.base, self.stages.index(stage))
        return Stage(
            base=stage.base,
            parent=None if parent is None else self.told(self.stages[parent]),
            scope=stage.scope,
            steps=tuple(stage.steps),
        )

    def _take(self, step: DockerfileInstruction) -> None:
        scope = self.stages[-1].scope if self.stages else self.top
        match step.name:
            case "FROM":
                self._begin(step)
            case "ARG":
                scope.declare(step.args)
            case _ if not self.stages:
                raise ValueError(f"{step.name} stands before the first FROM; move it below")
            case "ENV":
                scope.assign(step.args)
            case "COPY" | "ADD":
                self.stages[-1].sources += copied(step, scope)
                self.stages[-1].copies_from += copied_from(step)
            case "RUN":
                for mount in flags(step, "mount"):
                    self._mount(mount, step.start_line)
        if self.stages:
            self.stages[-1].steps.append(step)

    def _begin(self, step: DockerfileInstruction) -> None:
        base = self.top.expand(step.args[0]) if step.args else ""
        parent = self._find(base, len(self.stages))
        name = step.args[-1].lower() if len(step.args) == _STAGE_WITH_NAME else ""
        self.stages.append(_Stage(base, name, self.top.stage(None if parent is None else self.stages[parent].scope)))
        if not base:
            raise ValueError("FROM names no image; write FROM IMAGE, or give its variable a value")

    def _mount(self, mount: str, line: int) -> None:
        stage = self.stages[-1]
        told = options(mount, stage.scope)
        if origin := told.get("from"):
            stage.copies_from.append(origin)
        elif told.get("type", "bind").lower() == "bind":
            written = told.get("source") or told.get("src") or "."
            stage.sources.append(
                Source(written=written, base=inside(written, "RUN --mount"), verb="RUN --mount", line=line)
            )

    def _origins(self, number: int) -> list[str]:
        stage = self.stages[number]
        return [stage.base, *stage.copies_from]

    def _find(self, name: str, before: int) -> int | None:
        """The number of an earlier stage: the last of that name, or the one of that number."""
        named = [number for number, stage in enumerate(self.stages[:before]) if stage.name == name.lower()]
        if named and name:
            return named[-1]
        return int(name) if name.isdecimal() and int(name) < before else None
