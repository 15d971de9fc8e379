"""What a killed test run leaves in Docker; removed by the next run, which nobody shares the machine with."""

from collections.abc import Iterator, Sequence
from typing import Final

from tests.support.registry.docker import docker

PREFIX: Final = "ois-cfa-test-"  # of containers and networks
LABELS: Final = ("ois-cfa.test.stand", "ois-cfa.test.name", "ois-cfa.test.job")
ENGINES: Final = "ois-test-"  # but for the run's own, whose cache stays
KINDS: Final = (
    ("container", ("ls", "--all"), ("rm", "--force", "--volumes"), "{{.Names}}"),
    ("network", ("ls",), ("rm",), "{{.Name}}"),
    ("volume", ("ls",), ("rm", "--force"), "{{.Name}}"),
)


def remove_leftovers(own: str) -> tuple[str, ...]:
    """Remove them, but for the container and volume of the engine `own`; return their names."""
    return tuple(name for kind in KINDS for name in _removed(own, *kind))


def _removed(own: str, kind: str, listed: Sequence[str], removed: Sequence[str], form: str) -> Iterator[str]:
    filters = (f"name=^/?{PREFIX}", f"name=^/?{ENGINES}", *(f"label={label}" for label in LABELS))
    lists = (docker(kind, *listed, "--filter", chosen, "--format", form) for chosen in filters)
    names = {name for text in lists for name in text.split()} - {own}
    if names:
        docker(kind, *removed, *sorted(names))
    yield from sorted(names)
