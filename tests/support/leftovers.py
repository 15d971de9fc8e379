"""What a killed test run leaves in Docker; removed by the next run, which nobody shares the machine with."""

from collections.abc import Sequence
from typing import Final

from tests.support.registry.docker import docker

PREFIX: Final = "ois-cfa-test-"  # of the names of containers and networks
LABELS: Final = ("ois-cfa.test.stand", "ois-cfa.test.name", "ois-cfa.test.job")
KINDS: Final = (
    ("container", ("ls", "--all"), ("rm", "--force", "--volumes"), "{{.Names}}"),
    ("network", ("ls",), ("rm",), "{{.Name}}"),
    ("volume", ("ls",), ("rm", "--force"), "{{.Name}}"),
)


def remove_leftovers(instance: str, prefix: str = PREFIX, labels: Sequence[str] = LABELS) -> tuple[str, ...]:
    """Remove them, and all engines beside the one of `instance`, whose cache stays; return their names."""
    filters = (f"name=^/?{prefix}", f"name=^/?{instance}-", *(f"label={label}" for label in labels))
    removed = list[str]()
    for kind, listing, removal, form in KINDS:
        lists = (docker(kind, *listing, "--filter", chosen, "--format", form) for chosen in filters)
        if names := sorted({name for text in lists for name in text.split()} - {f"{instance}-engine"}):
            docker(kind, *removal, *names)
        removed += names
    return tuple(removed)
