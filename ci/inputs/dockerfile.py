"""What a Dockerfile takes from its context and which images it stands on, read as the engine reads it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from attrs import field, frozen
from e2b_dockerfile_utils import DockerfileAst, DockerfileSyntaxError, parse_dockerfile_ast

from ci.errors import InputsError
from ci.inputs.copies import Source
from ci.inputs.scope import PLATFORM_VARIABLES, Scope
from ci.inputs.stages import Base, Reading, Stage

# Where an image stands, behind FROM or behind --from= and from=; before the next word, option or continuation.
_PLACE: Final = r"(?:(?<=\s)|(?<=(?i:from)=)){}(?![^\s,\"'\\`])"
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

    @property
    def bases(self) -> tuple[str, ...]:
        """The images that it stands on or copies from."""
        return tuple(dict.fromkeys(base.image for base in self.named))

    def standing_on(self, references: Mapping[str, str]) -> str:
        """Its text with a reference in place of each base image that has one, so that a tag that moves changes nothing.

        Lines stay where they are. Raise `InputsError` for a name that is broken over two of them.
        """
        lines = self.text.split("\n")
        for base in self.named:
            if references.get(base.image, base.image) == base.image:
                continue
            step = slice(base.line - 1, base.last)
            before, *after = re.split(_PLACE.format(re.escape(base.written)), "\n".join(lines[step]), maxsplit=1)
            if not after:
                place = f"{self.path}:{base.line}"
                raise InputsError(f"{place}: {base.image} is not in one piece; write its name without a break")
            lines[step] = f"{before}{references[base.image]}{after[0]}".split("\n")
        return "\n".join(lines)


def parse(path: str, text: str, args: Mapping[str, str], *, target: str = "") -> Dockerfile:
    """Read a Dockerfile under build arguments; refuse, each with its line, what the engine would not build."""
    ast = _syntax(path, text)
    reading = Reading(Scope(args, ast.escape_token, variables=dict(PLATFORM_VARIABLES)))
    InputsError.unless_none(f"{path}:{fault}" for fault in reading.faults_of(ast))
    used = reading.stages_that_lead_to(target)
    if not used:
        mend = f"add FROM STAGE AS {target}, or name another in its place"
        raise InputsError(f"{path}: there is no stage {target}; {mend}")
    return Dockerfile(
        path=path,
        target=target,
        text=text,
        sources=tuple(source for stage in used for source in stage.sources),
        named=tuple(base for stage in used for base in stage.images),
        args=frozenset(word.partition("=")[0] for step in ast.instructions if step.name == "ARG" for word in step.args),
        stages=tuple(used),
    )


def _syntax(path: str, text: str) -> DockerfileAst:
    try:
        return parse_dockerfile_ast(text)
    except DockerfileSyntaxError as error:
        sentence = str(error).rpartition("parse error")[2].partition(": ")[2]
        mend = "write it as the Dockerfile reference has it"
        if sentence.startswith("unknown instruction"):
            near = get_close_matches(sentence.rpartition(" ")[2].upper(), _INSTRUCTIONS, n=1)
            mend = f"did you mean {near[0]}?" if near else "begin the line with an instruction such as RUN"
        raise InputsError(f"{path}:{error.line or 1}: {sentence}; {mend}") from None
