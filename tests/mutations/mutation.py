"""A way to break `ci/`, as a patch, and the test that finds it."""

import subprocess
from pathlib import Path
from typing import Final, Self

from attrs import field, frozen

PATCHES: Final = Path(__file__).parent
_TEST: Final = "Test: "


@frozen
class Mutation:
    """`why` says what the patch breaks; `test` is the id of the test that fails with it and passes without it."""

    name: str
    why: str
    test: str
    patch: Path = field(repr=False)

    @classmethod
    def read(cls, patch: Path) -> Self:
        """Read a patch: a sentence, the line `Test: ID`, the diff."""
        why, test, *_ = patch.read_text(encoding="utf-8").splitlines()
        if not test.startswith(_TEST):
            raise ValueError(f"{patch.name}: the second line must be `{_TEST}ID of the test that finds it`")
        return cls(patch.stem, why, test.removeprefix(_TEST), patch)

    def apply(self, root: Path, *options: str) -> str:
        """Apply the patch to a checkout; return what git says where it does not apply."""
        done = subprocess.run(  # noqa: S603  # arguments of our own
            ("git", "apply", *options, str(self.patch)),  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.strip() if done.returncode else ""


def mutations() -> tuple[Mutation, ...]:
    """All of this folder, by name."""
    return tuple(map(Mutation.read, sorted(PATCHES.glob("*.patch"))))
