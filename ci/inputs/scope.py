"""The variables that hold at a line of a Dockerfile."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from attrs import define, field
from e2b_dockerfile_utils import ShellLex

_PLATFORM: Final = {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64", "VARIANT": ""}
# What the engine declares by itself before the first FROM; it builds on the platform that it builds for.
PLATFORM_VARIABLES: Final = {f"{side}{part}": text for side in ("BUILD", "TARGET") for part, text in _PLATFORM.items()}


class _Lookup(dict[str, str]):
    """Variables that remember which names were looked up."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.names = dict[str, None]()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names[name] = None
        return super().get(name, default)


@define
class Scope:
    """The variables of a stage, as its ARG and ENV lines are read one after another."""

    args: Mapping[str, str]  # the caller's build arguments
    escape: str
    inherited: Mapping[str, str] = field(factory=dict)  # of the ARGs before the first FROM
    variables: dict[str, str] = field(factory=dict)
    on_image: bool = False  # whose variables are not known
    unknown: set[str] = field(factory=set)  # names whose values are made of such variables

    def expand(self, word: str) -> str:
        """A word less its quotes, with its variables replaced; one that is not set is empty."""
        return ShellLex(self.escape, env=self.variables, skip_unset_env=False).process_word(word)

    def unknown_in(self, word: str) -> str:
        """The first variable of a word whose value hangs on the base image; empty when there is none."""
        lookup = _Lookup(self.variables)
        with suppress(ValueError):
            ShellLex(self.escape, env=lookup, skip_unset_env=False).process_word(word)
        return next(filter(self._is_unknown, lookup.names), "")

    def declare(self, words: Sequence[str]) -> None:
        """ARG: the caller's value, else the default, else what an ARG before the first FROM gave."""
        for word in words:
            name, equals, default = word.partition("=")
            if name in self.args:
                self._set({name: (self.args[name], False)})
            elif equals:
                self._set({name: self._read(default)})
            elif name in self.inherited:
                self._set({name: (self.inherited[name], False)})

    def assign(self, triples: Sequence[str]) -> None:
        """ENV: every value of a line is read before the first one is set."""
        names, values = map(self.expand, triples[::3]), map(self._read, triples[1::3])
        self._set(dict(zip(names, values, strict=True)))

    def _read(self, word: str) -> tuple[str, bool]:
        """A value, and whether it hangs on the base image."""
        return self.expand(word), bool(self.unknown_in(word))

    def _set(self, values: Mapping[str, tuple[str, bool]]) -> None:
        for name, (value, is_unknown) in values.items():
            self.variables[name] = value
            (self.unknown.add if is_unknown else self.unknown.discard)(name)

    def _is_unknown(self, name: str) -> bool:
        return name in self.unknown or (self.on_image and name not in self.variables)
