"""A folder of one call alone: what the engine writes there, this process reads, and the other way round."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

import dagger
from attrs import field, frozen
from dagger import dag


@frozen
class Scratch:
    """`path` is where this process finds the folder; relative in a function of the module."""

    path: Path
    _imported: Callable[[str], dagger.Directory] = field(repr=False)

    @classmethod
    def of_module(cls) -> Self:
        """That of a function of the module: below its working directory, which is new at each call."""
        return cls(Path("scratch"), lambda path: dag.current_module().workdir(path))

    @classmethod
    def of_client(cls, path: Path) -> Self:
        """That of a process which is no module and has a connection to the engine; the caller removes the folder."""
        return cls(path, lambda path: dag.host().directory(path))

    def directory(self, name: str) -> dagger.Directory:
        """What lies under a name, in the engine; what is written there later is not in it."""
        return self._imported(str(self.path / name))
