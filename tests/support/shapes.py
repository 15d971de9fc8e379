"""Repositories as strangers have them, with what is right to find in each, as a page: `make shapes` writes it."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from tests.support.repository import ROOT

PAPER: Final = ROOT / "docs/adopt-shapes.md"
TEXT: Final = """\
# Twenty repositories of other people

Small repositories with the shapes of public ones, and what `adopt-check` finds in each. They are in `tests/adopt`,
where each `right.toml` was written before the checks were. `make test` compares both: no other fault is found and none
is missed, the warnings that a careful colleague would give are among those that are found, and `adopt-draft` names
these services. `make shapes` wrote this page. Nothing here was built, and the real ones may have changed since.

{shapes}
"""


@frozen
class Shape:
    """One of them."""

    folder: Path

    @property
    def right(self) -> Mapping[str, Any]:
        """What is right to find, and the services of a draft."""
        return tomllib.loads((self.folder / "right.toml").read_text(encoding="utf-8"))

    def places(self, kind: str) -> Mapping[str, str]:
        """The places of `faults` or `warnings`, each with why."""
        return {finding["place"]: finding["why"] for finding in self.right.get(kind, [])}


SHAPES: Final = tuple(Shape(folder) for folder in sorted((ROOT / "tests/adopt").iterdir()))


def paper() -> str:
    """The whole page."""
    return TEXT.format(shapes="\n\n".join("\n".join(_section(shape)) for shape in SHAPES))


def _section(shape: Shape) -> Iterator[str]:
    yield f"## {shape.folder.name}\n\n{shape.right['shape']} Read from {shape.right['source']}.\n"
    yield f"Services: {', '.join(map(_service, shape.right['services'].items()))}.\n"
    yield "| place | level | what is wrong |\n|---|---|---|"
    for kind in ("faults", "warnings"):
        yield from (
            f"| `{place}` | {kind[:-1]} | {why.replace('|', '¦')} |" for place, why in shape.places(kind).items()
        )
    if not shape.places("faults") and not shape.places("warnings"):
        yield "| | | nothing |"


def _service(item: tuple[str, Mapping[str, Any]]) -> str:
    name, facts = item
    ports = ":".join(str(facts[key]) for key in ("published", "port") if key in facts)
    return f"`{name}`{f' ({ports})' if ports else ''}"


if __name__ == "__main__":
    PAPER.write_text(paper(), encoding="utf-8")
