"""The memory that jobs share: what the caller says, else most of what a function can see to be free."""

from pathlib import Path
from typing import Final, Self

from attrs import frozen

from ci.size import format_size, parse_size

SPARE: Final = 0.8  # of what is free: the rest is the engine's own
MEMINFO: Final = Path("/proc/meminfo")
# Of the function's own container, as the kernel names them: cgroup v2, then v1, whose "no limit" is a huge number.
LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@frozen
class Budget:
    """Bytes, and where they come from."""

    memory: int
    source: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `--memory` says, such as 2GB; when it is empty, most of what is free. Raise `Refused` for no size."""
        return cls(parse_size(text), "--memory") if text else cls.of_machine()

    @classmethod
    def of_machine(cls, meminfo: Path = MEMINFO, limits: tuple[Path, ...] = LIMITS) -> Self:
        """Most of what this container may take, where it has a limit below that, else of what the machine has free."""
        lines = meminfo.read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        limit = min((int(text) for path in limits if (text := _text(path)).isdigit()), default=free)
        if limit < free:
            return cls(int(limit * SPARE), f"{SPARE:.0%} of the limit of this function's container")
        return cls(int(free * SPARE), f"{SPARE:.0%} of the free memory of the engine's machine")

    def __str__(self) -> str:
        return f"memory budget {format_size(self.memory)}: {self.source}"


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""
