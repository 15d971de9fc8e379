"""What a Dockerfile takes from its context and which images it stands on, read as the engine reads it."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from posixpath import normpath

from attrs import Factory, define, field, frozen
from e2b_dockerfile_utils import (
    DockerfileAst,
    DockerfileInstruction,
    DockerfileSyntaxError,
    PatternMatcher,
    parse_dockerfile_ast,
    parse_heredoc,
)

from ci.errors import InputsError
from ci.inputs.scope import Scope, platform_variables

_REMOTE = re.compile(r"(https?|git|ssh)://|[\w-]+@[\w.-]+:", re.ASCII)
_INSTRUCTIONS = ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "LABEL", "RUN", "USER", "VOLUME", "WORKDIR")
_STAGE_WITH_NAME = 3  # FROM image AS name


@frozen(kw_only=True)
class Source:
    """What one word of a COPY, ADD or bind mount takes from the context."""

    written: str  # its variables replaced
    base: str  # the file, folder or glob that is taken, relative to the context; "." is all of it
    include: str | None = None  # with --parents: what of the base is taken
    exclude: tuple[str, ...] = ()
    verb: str
    line: int


@frozen(kw_only=True)
class Dockerfile:
    """A Dockerfile, and what the stages that lead to its last one take from outside."""

    path: str
    text: str = field(repr=False)
    sources: tuple[Source, ...]
    bases: tuple[str, ...]
    args: frozenset[str]


def parse(path: str, text: str, args: Mapping[str, str], *, platform: str = "linux/amd64") -> Dockerfile:
    """Read a Dockerfile under build arguments; refuse, each with its line, what the engine would not build."""
    ast = _syntax(path, text)
    reading = _Reading(Scope(args, ast.escape_token, variables=platform_variables(platform)))
    InputsError.unless_none(f"{path}:{fault}" for fault in reading.faults_of(ast))
    used = reading.stages_that_lead_to_last()
    return Dockerfile(
        path=path,
        text=text,
        sources=tuple(source for stage in used for source in stage.sources),
        bases=tuple(dict.fromkeys(image for stage in used for image in reading.images(stage))),
        args=frozenset(word.partition("=")[0] for step in ast.instructions if step.name == "ARG" for word in step.args),
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

    def stages_that_lead_to_last(self) -> list[_Stage]:
        """In their order; the engine leaves the others out."""
        reached, ahead = set[int](), [len(self.stages) - 1]
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
                self.stages[-1].sources += _copied(step, scope)
                self.stages[-1].copies_from += _copied_from(step)
            case "RUN":
                for mount in _flags(step, "mount"):
                    self._mount(mount, step.start_line)

    def _begin(self, step: DockerfileInstruction) -> None:
        base = self.top.expand(step.args[0]) if step.args else ""
        parent = self._find(base, len(self.stages))
        name = step.args[-1].lower() if len(step.args) == _STAGE_WITH_NAME else ""
        self.stages.append(_Stage(base, name, self.top.stage(None if parent is None else self.stages[parent].scope)))
        if not base:
            raise ValueError("FROM names no image; write FROM IMAGE, or give its variable a value")

    def _mount(self, mount: str, line: int) -> None:
        stage = self.stages[-1]
        options = _options(mount, stage.scope)
        if origin := options.get("from"):
            stage.copies_from.append(origin)
        elif options.get("type", "bind").lower() == "bind":
            written = options.get("source") or options.get("src") or "."
            stage.sources.append(
                Source(written=written, base=_inside(written, "RUN --mount"), verb="RUN --mount", line=line)
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


def _copied(step: DockerfileInstruction, scope: Scope) -> Iterator[Source]:
    words = step.args if step.json else " ".join(step.args).split()  # the engine splits at spaces, quoted or not
    if len(words) < 2:  # noqa: PLR2004  # a source and a destination
        raise ValueError(f"{step.name} needs a source and a destination; write {step.name} SOURCE DESTINATION")
    if any(_flags(step, "from")):
        return
    for word in words[:-1]:
        if parse_heredoc(word) is None and not _is_remote(written := _word(word, scope), step.name):
            yield _source(written, step)


def _copied_from(step: DockerfileInstruction) -> Iterator[str]:
    for origin in filter(None, _flags(step, "from")):
        if "$" in origin:
            raise ValueError(f"{step.name} --from takes no variable, as in {origin}; name a stage that is FROM it")
        yield origin


def _word(word: str, scope: Scope) -> str:
    try:
        return scope.expand(word)
    except ValueError as error:
        reason = str(error).partition(": ")[2]
        mend = 'write a name with spaces in JSON, ["a b", "/to/"]' if "quote" in reason else "mend the substitution"
        raise ValueError(f"{word} is not a word: {reason}; {mend}") from None


def _checked(patterns: tuple[str, ...], flag: str) -> tuple[str, ...]:
    try:
        PatternMatcher(list(patterns))
    except ValueError:
        raise ValueError(f"{flag} of {' and '.join(patterns)} holds a malformed pattern; close its bracket") from None
    return patterns


def _is_remote(written: str, verb: str) -> bool:
    if not _REMOTE.match(written):
        return False
    if verb == "COPY":
        raise ValueError(f"COPY cannot fetch {written}; write ADD")
    return True


def _source(written: str, step: DockerfileInstruction) -> Source:
    base, include = written, None
    if "true" in map(str.lower, _flags(step, "parents")):
        head, pivot, tail = written.partition("/./")
        base, include = (head, tail) if pivot else (".", written)
        (include,) = _checked((_inside(include, step.name),), "--parents")
    return Source(
        written=written,
        base=_inside(base, step.name),
        include=include,
        exclude=_checked(_flags(step, "exclude"), "--exclude"),
        verb=step.name,
        line=step.start_line,
    )


def _inside(written: str, verb: str) -> str:
    path = normpath(written.lstrip("/") or ".")
    if path.split("/")[0] == "..":
        raise ValueError(f"{verb} of {written} leaves the context; move it inside, or name a wider context")
    return path


def _flags(step: DockerfileInstruction, name: str) -> tuple[str, ...]:
    """The values of a flag; one that is only named is true."""
    pairs = (flag.partition("=") for flag in step.flags)
    return tuple(value if equals else "true" for key, equals, value in pairs if key == f"--{name}")


def _options(mount: str, scope: Scope) -> dict[str, str]:
    fields: Sequence[str] = next(csv.reader([mount]))
    pairs = (field.partition("=") for field in fields)
    return {key.lower(): scope.expand(value) for key, _, value in pairs}
