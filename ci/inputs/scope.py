"""The variables that hold at a line of a Dockerfile."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, field
from e2b_dockerfile_utils import ShellLex

_PLATFORM: Final = {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64", "VARIANT": ""}
# What the engine declares by itself before the first FROM; it builds on the platform that it builds for.
PLATFORM_VARIABLES: Final = {f"{side}{part}": text for side in ("BUILD", "TARGET") for part, text in _PLATFORM.items()}


@define
class Scope:
    """The variables of a stage, as its ARG and ENV lines are read one after another."""

    args: Mapping[str, str]  # the caller's build arguments
    escape: str
    inherited: Mapping[str, str] = field(factory=dict)  # of the ARGs before the first FROM
    variables: dict[str, str] = field(factory=dict)

    def expand(self, word: str) -> str:
        """A word less its quotes, with its variables replaced; one that is not set is empty."""
        return ShellLex(self.escape, env=self.variables, skip_unset_env=False).process_word(word)

    def declare(self, words: Sequence[str]) -> None:
        """ARG: the caller's value, else the default, else what an ARG before the first FROM gave."""
        for word in words:
            name, equals, default = word.partition("=")
            if name in self.args:
                self.variables[name] = self.args[name]
            elif equals:
                self.variables[name] = self.expand(default)
            elif name in self.inherited:
                self.variables[name] = self.inherited[name]

    def assign(self, triples: Sequence[str]) -> None:
        """ENV: every value of a line is read before the first one is set."""
        words = [self.expand(word) for word in triples]
        self.variables |= dict(zip(words[::3], words[1::3], strict=True))
