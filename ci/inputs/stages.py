"""The stages of a Dockerfile, read line by line as the engine reads them."""

from collections.abc import Sequence
from dataclasses import replace

from attrs import define, field, frozen
from e2b_dockerfile_utils import DockerfileAst, DockerfileInstruction, DockerfileSyntaxError, parse_dockerfile_ast

from ci.inputs.copies import (
    BLANKS,
    Source,
    copied,
    flags,
    inside,
    options,
    refuse_garbled,
    refuse_malformed,
    refuse_unknown,
)
from ci.inputs.scope import Scope

_STAGE_WITH_NAME = 3  # FROM image AS name
SCRATCH = "scratch"  # no image

Fault = tuple[int, str]  # a line, and a sentence


@frozen(kw_only=True)
class Base:
    """A word that names an image to stand on or to copy from."""

    image: str  # its variables replaced
    written: str
    line: int  # of the instruction
    last: int
    place: int  # among the options of the instruction that name the same image


@define(kw_only=True, eq=False)
class Stage:
    """A stage, with what it takes from outside and the variables that hold at its end."""

    base: str  # an image or an earlier stage
    name: str
    parent: "Stage | None" = field(repr=False)  # the stage that it stands on
    scope: Scope = field(repr=False)
    steps: list[DockerfileInstruction] = field(factory=list, repr=False)  # FROM is the first
    sources: list[Source] = field(factory=list, repr=False)
    images: list[Base] = field(factory=list, repr=False)  # that it stands on or copies from
    earlier: "list[Stage]" = field(factory=list, repr=False)  # that it stands on or copies from
    triggers: list[DockerfileInstruction] = field(factory=list, repr=False)  # ONBUILD, for a stage that stands on it
    faults: list[Fault] = field(factory=list, repr=False)  # that matter where the stage is built

    @property
    def lineage(self) -> tuple["Stage", ...]:
        """The stages that it stands on, then itself: together they make one image."""
        return (*(self.parent.lineage if self.parent else ()), self)


@define
class Reading:
    """The stages of a Dockerfile, read line by line."""

    top: Scope
    stages: list[Stage] = field(factory=list)
    faults: list[Fault] = field(factory=list)  # that matter whatever is built

    def read(self, ast: DockerfileAst) -> None:
        """Read it all; what the engine would not build is among the faults, of a stage or of the file."""
        for step in ast.instructions:
            self._try(step)
        if not self.stages:
            self.faults.append((1, "there is no stage; begin it with FROM IMAGE"))

    def stages_that_lead_to(self, target: str) -> list[Stage]:
        """In their order; the engine leaves the others out. None when there is no target of that name."""
        if not self.stages:
            return []
        leading = {_find(target, self.stages) if target else self.stages[-1]}
        for stage in reversed(self.stages):
            if stage in leading:
                leading.update(stage.earlier)
        return [stage for stage in self.stages if stage in leading]

    def _try(self, step: DockerfileInstruction) -> None:
        """Take a step, and note why the engine would not."""
        faults = self.faults
        try:
            refuse_malformed(step, self.top.escape)
            if step.name == "FROM":
                self._begin(step)
                return
            if self.stages:
                faults = self.stages[-1].faults
            self._take(step)
        except ValueError as fault:
            faults.append((step.start_line, str(fault)))

    def _take(self, step: DockerfileInstruction) -> None:
        scope = self.stages[-1].scope if self.stages else self.top
        match step.name:
            case "ARG":
                scope.declare(step.args)
            case _ if not self.stages:
                raise ValueError(f"{step.name} stands before the first FROM; move it below")
            case "ENV":
                scope.assign(step.args)
            case "COPY" | "ADD":
                refuse_garbled(step)
                self.stages[-1].sources += copied(step, scope)
                for image in filter(None, flags(step, "from")):
                    self._need(image, step, _find(image, self.stages[:-1]))
            case "RUN":
                refuse_garbled(step)
                for mount in flags(step, "mount"):
                    self._mount(mount, step)
            case "ONBUILD":
                self.stages[-1].triggers.append(_trigger(step))
        if self.stages:
            self.stages[-1].steps.append(step)

    def _begin(self, step: DockerfileInstruction) -> None:
        written = step.args[0] if step.args else ""
        image = self.top.expand(written)
        name = step.args[-1].lower() if len(step.args) == _STAGE_WITH_NAME else ""
        parent = _named(image, self.stages)
        scope = Scope(
            self.top.args,
            self.top.escape,
            inherited=self.top.variables,
            variables=dict(parent.scope.variables) if parent else {},
            on_image=parent.scope.on_image if parent else image != SCRATCH,
            unknown=set(parent.scope.unknown) if parent else set(),
        )
        self.stages.append(Stage(base=image, name=name, parent=parent, scope=scope, steps=[step]))
        if not image:
            raise ValueError("FROM names no image; write FROM IMAGE, or give its variable a value")
        self._need(written, step, parent, image=image)
        for trigger in parent.triggers if parent else ():
            self._try(trigger)

    def _mount(self, mount: str, step: DockerfileInstruction) -> None:
        stage, written = self.stages[-1], options(mount)
        if image := written.get("from"):
            self._need(image, step, _named(image, self.stages[:-1]))
        elif stage.scope.expand(written.get("type", "bind")).lower() == "bind":
            source = written.get("source", "")
            refuse_unknown(source, stage.scope)
            path = stage.scope.expand(source) or "."
            stage.sources.append(Source(written=path, base=inside(path), verb="RUN --mount", line=step.start_line))

    def _need(self, written: str, step: DockerfileInstruction, stage: Stage | None, *, image: str = "") -> None:
        """Note what the last stage stands on or copies from: an earlier stage, an image or nothing."""
        image, images = image or written, self.stages[-1].images
        if stage:
            self.stages[-1].earlier.append(stage)
        elif image != SCRATCH:
            place = sum((base.line, base.written) == (step.start_line, written) for base in images)
            images.append(Base(image=image, written=written, line=step.start_line, last=step.end_line, place=place))


def _trigger(step: DockerfileInstruction) -> DockerfileInstruction:
    """What ONBUILD holds back, at its own lines; raise `ValueError`."""
    _, blanks, text = BLANKS.sub(" ", step.original.strip(), count=1).partition(" ")
    try:
        instructions = parse_dockerfile_ast(text).instructions if blanks else []
    except DockerfileSyntaxError as fault:
        raise ValueError(f"ONBUILD {fault.args[0].rpartition(': ')[2]}; write an instruction behind it") from None
    if len(instructions) != 1 or instructions[0].name in {"FROM", "MAINTAINER", "ONBUILD"}:
        raise ValueError(f"ONBUILD {text} is no trigger; write an instruction such as RUN behind it")
    return replace(instructions[0], start_line=step.start_line, end_line=step.end_line)


def _named(name: str, stages: Sequence[Stage]) -> Stage | None:
    """The last stage of a name."""
    return next((stage for stage in reversed(stages) if name and stage.name == name.lower()), None)


def _find(name: str, stages: Sequence[Stage]) -> Stage | None:
    """The last stage of a name, or the one of that number."""
    named = _named(name, stages)
    return named or (stages[int(name)] if name.isdecimal() and int(name) < len(stages) else None)
