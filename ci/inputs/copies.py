"""What the words of a COPY, ADD or mount take."""

import csv
import re
from collections.abc import Iterator
from posixpath import normpath
from typing import Final

from attrs import frozen
from e2b_dockerfile_utils import DockerfileInstruction, parse_heredoc
from e2b_dockerfile_utils.syntax import parse_words

from ci.inputs.patterns import fault_of
from ci.inputs.scope import PLATFORM_VARIABLES, Scope

BLANKS: Final = re.compile(r"[\t\v\f\r ]+")  # between words; a no-break space is part of one
REMOTE: Final = re.compile(r"(https?|git|ssh)://|[\w-]+@[\w.-]+:", re.ASCII)

_OTHER_NAMES: Final = {"src": "source", "dst": "target", "destination": "target"}


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
    if any(flags(step, "from")):
        return
    words = words_of(step, scope.escape)
    for written in (_word(word, scope) for word in words[:-1] if parse_heredoc(word) is None):
        if not REMOTE.match(written):
            yield _source(written, step)
        elif step.name == "COPY":
            raise ValueError(f"COPY cannot fetch {written}; write ADD")


def words_of(step: DockerfileInstruction, escape: str) -> list[str]:
    """The words of a COPY or ADD behind its options, split as the engine does: at blanks, quoted or not."""
    if step.json:
        return step.args
    rests = (step.original[blanks.end() :].strip() for blanks in BLANKS.finditer(step.original))
    rest = next((rest for rest in rests if parse_words(rest, escape) == step.args), "")
    return BLANKS.split(rest) if rest else []


def refuse_malformed(step: DockerfileInstruction, escape: str) -> None:
    """Raise `ValueError` for what the engine refuses wherever it stands, also in a stage that nothing needs."""
    if step.name in {"COPY", "ADD"} and len(words_of(step, escape)) < 2:  # noqa: PLR2004  # a source, a destination
        raise ValueError(f"{step.name} needs a source and a destination; write {step.name} SOURCE DESTINATION")
    origins = [*flags(step, "from"), *(options(mount).get("from", "") for mount in flags(step, "mount"))]
    for origin in origins:
        if "$" in origin:
            verb = "RUN --mount=from" if step.name == "RUN" else f"{step.name} --from"
            raise ValueError(f"{verb} takes no variable, as in {origin}; name a stage that is FROM it")


def refuse_garbled(step: DockerfileInstruction) -> None:
    """Raise `ValueError` for a letter outside ASCII in an option: the engine takes each of its bytes for a letter."""
    for flag in step.flags:
        if not flag.isascii():
            mend = "rename what it names, or do without the option"
            raise ValueError(f"{step.name} {flag} has a letter outside ASCII, which the engine garbles; {mend}")


def flags(step: DockerfileInstruction, name: str) -> tuple[str, ...]:
    """The values of a flag; one that is only named is true."""
    pairs = (flag.partition("=") for flag in step.flags)
    return tuple(value if equals else "true" for key, equals, value in pairs if key == f"--{name}")


def options(mount: str) -> dict[str, str]:
    """The options of a RUN's mount, as they are written; of two names for one thing the last counts."""
    pairs = (field.partition("=") for field in next(csv.reader([mount])))
    return {_OTHER_NAMES.get(key.lower(), key.lower()): value for key, _, value in pairs}


def inside(written: str) -> str:
    """A path relative to the context, which the engine never leaves: `../a` is `a`."""
    return normpath(f"/{written}").lstrip("/") or "."


def refuse_unknown(word: str, scope: Scope) -> None:
    """Raise `ValueError` when what a word takes may hang on a variable that only the base image sets."""
    if name := scope.unknown_in(word):
        mend = f"write ARG {name} above it" if name in PLATFORM_VARIABLES else f"write ARG {name}=VALUE above it"
        raise ValueError(f"{word} takes {name}, which nothing here sets and the base image may; {mend}")


def _word(word: str, scope: Scope) -> str:
    refuse_unknown(word, scope)
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
        (include,) = _checked((inside(include),), "--parents")
    return Source(
        written=written,
        base=inside(base),
        include=include,
        exclude=_checked(flags(step, "exclude"), "--exclude"),
        verb=step.name,
        line=step.start_line,
    )


def _checked(patterns: tuple[str, ...], flag: str) -> tuple[str, ...]:
    for fault in filter(None, map(fault_of, patterns)):
        raise ValueError(f"{flag}: {fault}")
    return patterns
