"""What a Dockerfile takes from its context and which images it stands on, read as the engine reads it."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from typing import Final

from attrs import field, frozen
from e2b_dockerfile_utils import DockerfileAst, DockerfileSyntaxError, parse_dockerfile_ast

from ci.errors import InputsError
from ci.inputs.copies import Source
from ci.inputs.scope import PLATFORM_VARIABLES, Scope
from ci.inputs.stages import Base, Fault, Reading, Stage

# Where an image stands: the word behind FROM and its options, or what --from= and from= name.
_PLACE: Final = r"(?:^|(?<=\s)|(?<=(?i:from)=)|(?<=(?i:from)=[\"'])){}(?![^\s,\"'\\`])"
# The parser takes a blank before the word of a here-document, as newer engines do (BuildKit's shell/lex.go).
_SPACED: Final = re.compile(r"<<(?=[\t\r ])")
_SPACED_WORD: Final = re.compile(r"<<-?[\t ]+[\"']?[A-Za-z_]")
_INSTRUCTIONS = ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "LABEL", "RUN", "USER", "VOLUME", "WORKDIR")


@frozen(kw_only=True)
class Dockerfile:
    """A Dockerfile, and what the stages that lead to its target take from outside."""

    path: str
    target: str  # a stage's name; the last one when empty
    text: str = field(repr=False)
    sources: tuple[Source, ...]
    named: tuple[Base, ...] = field(repr=False)  # the images, at each place
    args: frozenset[str]
    stages: tuple[Stage, ...] = field(eq=False, repr=False)
    faults: tuple[str, ...] = ()  # what the engine would not build, as PATH:LINE: SENTENCE

    @property
    def bases(self) -> tuple[str, ...]:
        """The images that it stands on or copies from."""
        return tuple(dict.fromkeys(base.image for base in self.named))

    def standing_on(self, references: Mapping[str, str]) -> str:
        """Its text with a reference in place of each base image that has one, so that a tag that moves changes nothing.

        Lines stay where they are. Raise `InputsError` for a name that is broken over two of them.
        """
        lines = self.text.split("\n")
        for base in dict.fromkeys(self.named):
            if (reference := references.get(base.image, base.image)) == base.image:
                continue
            word = re.compile(_PLACE.format(re.escape(base.written)))
            numbers = (number for number in range(base.line - 1, base.last) if word.search(_code(lines, number, base)))
            if (number := next(numbers, None)) is None:
                place = f"{self.path}:{base.line}"
                raise InputsError(f"{place}: {base.image} is not in one piece; write its name without a break")
            lines[number] = word.sub(reference.replace("\\", r"\\"), lines[number], count=1)
        return "\n".join(lines)


def parse(path: str, text: str, args: Mapping[str, str], *, target: str = "") -> Dockerfile:
    """Read a Dockerfile under build arguments; refuse, each with its line, what the engine would not build."""
    dockerfile = examine(path, text, args, target=target)
    InputsError.unless_none(dockerfile.faults)
    return dockerfile


def examine(path: str, text: str, args: Mapping[str, str], *, target: str = "") -> Dockerfile:
    """As `parse`, where faults are among the answers; refuse only what cannot be read at all."""
    ast, faults = _syntax(path, text)
    reading = Reading(Scope(args, ast.escape_token, variables=dict(PLATFORM_VARIABLES)), faults=faults)
    reading.read(ast)
    used = reading.stages_that_lead_to(target)
    if reading.stages and not used:
        mend = f"add FROM STAGE AS {target}, or name another in its place"
        raise InputsError(f"{path}: there is no stage {target}; {mend}")
    sentences = dict.fromkeys(chain(reading.faults, *(stage.faults for stage in used)))
    steps = chain(ast.instructions, *(stage.steps for stage in used))  # the triggers of ONBUILD are only in stages
    return Dockerfile(
        path=path,
        target=target,
        text=text,
        sources=tuple(source for stage in used for source in stage.sources),
        named=tuple(base for stage in used for base in stage.images),
        args=frozenset(word.partition("=")[0] for step in steps if step.name == "ARG" for word in step.args),
        stages=tuple(used),
        faults=tuple(f"{path}:{line}: {sentence}" for line, sentence in sorted(sentences)),
    )


def _code(lines: Sequence[str], number: int, base: Base) -> str:
    """A line of an instruction; empty for a comment among its lines."""
    line = lines[number]
    return "" if number >= base.line and line.lstrip().startswith("#") else line


def _syntax(path: str, text: str) -> tuple[DockerfileAst, list[Fault]]:
    """What the parser makes of a text, as the engine would; or as newer engines do, and that as a fault."""
    try:
        return parse_dockerfile_ast(_SPACED.sub("<\u2060<", text)), []
    except DockerfileSyntaxError as error:
        refused = error
    above = "\n".join(text.split("\n")[: (refused.line or 1) - 1])
    spaced = [above.count("\n", 0, word.start()) + 1 for word in _SPACED_WORD.finditer(above)]
    try:
        ast = parse_dockerfile_ast(text) if spaced else None
    except DockerfileSyntaxError as error:
        ast, refused = None, error
    if ast:
        what = "the engine takes << with a blank behind it for no here-document; write it without, as in <<EOF"
        return ast, [(spaced[-1], what)]
    sentence = str(refused).rpartition("parse error")[2].partition(": ")[2]
    mend = "write it as the Dockerfile reference has it"
    if sentence.startswith("unknown instruction"):
        near = get_close_matches(sentence.rpartition(" ")[2].upper(), _INSTRUCTIONS, n=1)
        mend = f"did you mean {near[0]}?" if near else "begin the line with an instruction such as RUN"
    raise InputsError(f"{path}:{refused.line or 1}: {sentence}; {mend}")
