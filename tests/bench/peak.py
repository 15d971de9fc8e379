"""The memory of a builder and of its build steps, which run in cgroups of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from attrs import define

from tests.support.watching import watching

EVERY_SECONDS: Final = 0.2
ONE: Final = Path("/sys/fs/cgroup/memory")  # cgroup v1
TWO: Final = Path("/sys/fs/cgroup")


@define
class Peak:
    """The highest sums that were seen at one moment, in bytes: anonymous and kernel memory, no page cache."""

    engine: int = 0
    steps: int = 0
    together: int = 0
    samples: int = 0

    def see(self, engine: int, steps: int) -> None:
        self.engine = max(self.engine, engine)
        self.steps = max(self.steps, steps)
        self.together = max(self.together, engine + steps)
        self.samples += 1


@contextmanager
def watched(container_id: str) -> Iterator[Peak]:
    """Sample a builder's container and the engine's steps until the end of the block; the peak is whole after it."""
    peak = Peak()

    def sample() -> None:
        peak.see(sum(map(_used, _engine(container_id))), sum(map(_used, _steps())))

    with watching(sample, EVERY_SECONDS):
        yield peak
    assert peak.samples, "nothing was sampled"


def _root() -> Path:
    return ONE if ONE.is_dir() else TWO


def _engine(container_id: str) -> tuple[Path, ...]:
    places = (f"docker/{container_id}", f"system.slice/docker-{container_id}.scope")
    return tuple(folder for place in places if (folder := _root() / place).is_dir())


def _steps() -> tuple[Path, ...]:
    return tuple(folder for folder in (_root() / "buildkit").glob("*") if folder.is_dir())


def _used(folder: Path) -> int:
    """Anonymous plus kernel memory of a group, its children included; nothing of one that has just ended."""
    with suppress(OSError, KeyError):
        stat = _fields((folder / "memory.stat").read_text())
        if "total_rss" in stat:
            return stat["total_rss"] + int((folder / "memory.kmem.usage_in_bytes").read_text())
        return stat["anon"] + stat["kernel"]
    return 0


def _fields(stat: str) -> Mapping[str, int]:
    return {name: int(value) for name, value in (line.split() for line in stat.splitlines())}
