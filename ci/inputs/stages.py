"""The stages of a Dockerfile, read line by line as the engine reads them."""

from collections.abc import Iterator, Sequence

from attrs import define, field, frozen
from e2b_dockerfile_utils import DockerfileAst, DockerfileInstruction

from ci.inputs.copies import Source, copied, copied_from, flags, inside, options
from ci.inputs.scope import Scope

_STAGE_WITH_NAME = 3  # FROM image AS name


@frozen(kw_only=True)
class Base:
    """A word that names an image to stand on or to copy from."""

    image: str  # its variables replaced
    written: str
    line: int  # of the instruction
    last: int


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

    @property
    def lineage(self) -> tuple["Stage", ...]:
        """The stages that it stands on, then itself: together they make one image."""
        return (*(self.parent.lineage if self.parent else ()), self)


@define
class Reading:
    """The stages of a Dockerfile, read line by line."""

    top: Scope
    stages: list[Stage] = field(factory=list)

    def faults_of(self, ast: DockerfileAst) -> Iterator[str]:
        """Read it all; what the engine would not build, each behind its line."""
        for step in ast.instructions:
            try:
                self._take(step)
            except ValueError as fault:
                yield f"{step.start_line}: {fault}"
        if not self.stages:
            yield "1: there is no stage; begin it with FROM IMAGE"

    def stages_that_lead_to(self, target: str) -> list[Stage]:
        """In their order; the engine leaves the others out. None when there is no target of that name."""
        leading = {_find(target, self.stages) if target else self.stages[-1]}
        for stage in reversed(self.stages):
            if stage in leading:
                leading.update(stage.earlier)
        return [stage for stage in self.stages if stage in leading]

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
                for image in copied_from(step):
                    self._need(image, image, step)
            case "RUN":
                for mount in flags(step, "mount"):
                    self._mount(mount, step)
        if self.stages:
            self.stages[-1].steps.append(step)

    def _begin(self, step: DockerfileInstruction) -> None:
        written = step.args[0] if step.args else ""
        image = self.top.expand(written)
        name = step.args[-1].lower() if len(step.args) == _STAGE_WITH_NAME else ""
        parent = _find(image, self.stages)
        variables = dict(parent.scope.variables) if parent else {}
        scope = Scope(self.top.args, self.top.escape, inherited=self.top.variables, variables=variables)
        self.stages.append(Stage(base=image, name=name, parent=parent, scope=scope))
        if not image:
            raise ValueError("FROM names no image; write FROM IMAGE, or give its variable a value")
        self._need(image, written, step)

    def _mount(self, mount: str, step: DockerfileInstruction) -> None:
        stage, written = self.stages[-1], options(mount)
        values = {name: stage.scope.expand(value) for name, value in written.items()}
        if image := values.get("from"):
            self._need(image, written["from"], step)
        elif values.get("type", "bind").lower() == "bind":
            path = values.get("source") or values.get("src") or "."
            base = inside(path, "RUN --mount")
            stage.sources.append(Source(written=path, base=base, verb="RUN --mount", line=step.start_line))

    def _need(self, image: str, written: str, step: DockerfileInstruction) -> None:
        """Note what the last stage stands on or copies from: an earlier stage, an image or nothing."""
        if stage := _find(image, self.stages[:-1]):
            self.stages[-1].earlier.append(stage)
        elif image != "scratch":
            base = Base(image=image, written=written, line=step.start_line, last=step.end_line)
            self.stages[-1].images.append(base)


def _find(name: str, stages: Sequence[Stage]) -> Stage | None:
    """The last stage of a name, or the one of that number."""
    named = [stage for stage in stages if stage.name == name.lower()]
    if named and name:
        return named[-1]
    return stages[int(name)] if name.isdecimal() and int(name) < len(stages) else None
