"""What the words of a COPY, ADD or mount take."""

import csv
import re
from collections.abc import Iterator
from posixpath import normpath
from typing import Final

from attrs import frozen
from e2b_dockerfile_utils import DockerfileInstruction, PatternMatcher, parse_heredoc

from ci.inputs.scope import Scope

REMOTE: Final = re.compile(r"(https?|git|ssh)://|[\w-]+@[\w.-]+:", re.ASCII)


@frozen(kw_only=True)
class Source:
    """What one word of a COPY, ADD or bind mount takes from the context."""

    written: str  # its variables replaced
    base: str  # the file, folder or glob that is taken, relative to the context; "." is all of it
    include: str | None = None  # with --parents: what of the base is taken
    exclude: tuple[str, ...] = ()
    verb: str
    line: int


def copied(step: DockerfileInstruction, scope: Scope) -> Iterator[Source]:
    """What a COPY or ADD takes from the context; raise `ValueError` with the mend."""
    words = step.args if step.json else " ".join(step.args).split()  # the engine splits at spaces, quoted or not
    if len(words) < 2:  # noqa: PLR2004  # a source and a destination
        raise ValueError(f"{step.name} needs a source and a destination; write {step.name} SOURCE DESTINATION")
    if any(flags(step, "from")):
        return
    for written in (_word(word, scope) for word in words[:-1] if parse_heredoc(word) is None):
        if not REMOTE.match(written):
            yield _source(written, step)
        elif step.name == "COPY":
            raise ValueError(f"COPY cannot fetch {written}; write ADD")


def copied_from(step: DockerfileInstruction) -> Iterator[str]:
    """The stage or image that it takes from instead."""
    for origin in filter(None, flags(step, "from")):
        if "$" in origin:
            raise ValueError(f"{step.name} --from takes no variable, as in {origin}; name a stage that is FROM it")
        yield origin


def flags(step: DockerfileInstruction, name: str) -> tuple[str, ...]:
    """The values of a flag; one that is only named is true."""
    pairs = (flag.partition("=") for flag in step.flags)
    return tuple(value if equals else "true" for key, equals, value in pairs if key == f"--{name}")


def options(mount: str) -> dict[str, str]:
    """The options of a RUN's mount, as they are written."""
    pairs = (field.partition("=") for field in next(csv.reader([mount])))
    return {key.lower(): value for key, _, value in pairs}


def inside(written: str, verb: str) -> str:
    """A path relative to the context; raise `ValueError` when it leaves it."""
    path = normpath(written.lstrip("/") or ".")
    if path.split("/")[0] == "..":
        raise ValueError(f"{verb} of {written} leaves the context; move it inside, or name a wider context")
    return path


def _word(word: str, scope: Scope) -> str:
    try:
        return scope.expand(word)
    except ValueError as error:
        reason = str(error).partition(": ")[2]
        mend = 'write a name with spaces in JSON, ["a b", "/to/"]' if "quote" in reason else "mend the substitution"
        raise ValueError(f"{word} is not a word: {reason}; {mend}") from None


def _source(written: str, step: DockerfileInstruction) -> Source:
    base, include = written, None
    if "true" in map(str.lower, flags(step, "parents")):
        head, pivot, tail = written.partition("/./")
        base, include = (head, tail) if pivot else (".", written)
        (include,) = _checked((inside(include, step.name),), "--parents")
    return Source(
        written=written,
        base=inside(base, step.name),
        include=include,
        exclude=_checked(flags(step, "exclude"), "--exclude"),
        verb=step.name,
        line=step.start_line,
    )


def _checked(patterns: tuple[str, ...], flag: str) -> tuple[str, ...]:
    try:
        PatternMatcher(list(patterns))
    except ValueError:
        raise ValueError(f"{flag} of {' and '.join(patterns)} holds a malformed pattern; close its bracket") from None
    return patterns
