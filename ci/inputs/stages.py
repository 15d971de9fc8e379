"""The stages of a Dockerfile, read line by line as the engine reads them."""

from collections.abc import Iterator

from attrs import Factory, define, field, frozen
from e2b_dockerfile_utils import DockerfileAst, DockerfileInstruction

from ci.inputs.bases import Base
from ci.inputs.copies import Source, copied, copied_from, flags, inside, options
from ci.inputs.scope import Scope

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


@define
class Reading:
    """The stages of a Dockerfile, read line by line."""

    top: Scope
    stages: "list[_Stage]" = Factory(list)

    def faults_of(self, ast: DockerfileAst) -> Iterator[str]:
        """Read it all; what the engine would not build, each behind its line."""
        for step in ast.instructions:
            try:
                self._take(step)
            except ValueError as fault:
                yield f"{step.start_line}: {fault}"
        if not self.stages:
            yield "1: there is no stage; begin it with FROM IMAGE"

    def stages_that_lead_to(self, target: str) -> "list[_Stage]":
        """In their order; the engine leaves the others out. None when there is no target of that name."""
        last = self._find(target, len(self.stages)) if target else len(self.stages) - 1
        reached, ahead = set[int](), [] if last is None else [last]
        while ahead:
            number = ahead.pop()
            if number not in reached:
                reached.add(number)
                named = (base.image for base in self._origins(number))
                ahead += [found for name in named if (found := self._find(name, number)) is not None]
        return [self.stages[number] for number in sorted(reached)]

    def images(self, stage: "_Stage") -> Iterator[Base]:
        """What a stage stands on or copies from that is neither a stage nor nothing."""
        number = self.stages.index(stage)
        named = (base for base in self._origins(number) if base.image != "scratch")
        return (base for base in named if self._find(base.image, number) is None)

    def told(self, stage: "_Stage") -> Stage:
        """A stage as it is handed out."""
        parent = self._find(stage.base.image, self.stages.index(stage))
        return Stage(
            base=stage.base.image,
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
                self.stages[-1].copies_from += [_base(step, origin) for origin in copied_from(step)]
            case "RUN":
                for mount in flags(step, "mount"):
                    self._mount(mount, step)
        if self.stages:
            self.stages[-1].steps.append(step)

    def _begin(self, step: DockerfileInstruction) -> None:
        written = step.args[0] if step.args else ""
        base = _base(step, written, self.top.expand(written))
        parent = self._find(base.image, len(self.stages))
        name = step.args[-1].lower() if len(step.args) == _STAGE_WITH_NAME else ""
        self.stages.append(_Stage(base, name, self.top.stage(None if parent is None else self.stages[parent].scope)))
        if not base.image:
            raise ValueError("FROM names no image; write FROM IMAGE, or give its variable a value")

    def _mount(self, mount: str, step: DockerfileInstruction) -> None:
        stage = self.stages[-1]
        written = options(mount)
        told = {name: stage.scope.expand(value) for name, value in written.items()}
        if origin := told.get("from"):
            stage.copies_from.append(_base(step, written["from"], origin))
        elif told.get("type", "bind").lower() == "bind":
            path = told.get("source") or told.get("src") or "."
            stage.sources.append(
                Source(written=path, base=inside(path, "RUN --mount"), verb="RUN --mount", line=step.start_line)
            )

    def _origins(self, number: int) -> list[Base]:
        stage = self.stages[number]
        return [stage.base, *stage.copies_from]

    def _find(self, name: str, before: int) -> int | None:
        """The number of an earlier stage: the last of that name, or the one of that number."""
        named = [number for number, stage in enumerate(self.stages[:before]) if stage.name == name.lower()]
        if named and name:
            return named[-1]
        return int(name) if name.isdecimal() and int(name) < before else None


@define(eq=False)
class _Stage:
    base: Base
    name: str
    scope: Scope
    sources: list[Source] = Factory(list)
    copies_from: list[Base] = Factory(list)
    steps: list[DockerfileInstruction] = Factory(list)


def _base(step: DockerfileInstruction, written: str, image: str | None = None) -> Base:
    return Base(image=written if image is None else image, written=written, line=step.start_line, last=step.end_line)
