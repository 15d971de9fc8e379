"""A stage is made once for its inputs; two are made at a time, each with a log of its own."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bootstrap.workshop import Tools, Workshop

AT_A_TIME = 2
HEARTBEAT_SECONDS = 30


class Product(Protocol):
    """What a stage leaves behind."""

    def there(self, key: str) -> bool:
        """Whether it was made from these inputs."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One thing to make: from what, after what, how long it takes and how it is made."""

    name: str
    doing: str
    expect: str
    product: Product
    make: Callable[[Workshop], None]
    inputs: tuple[Path | str, ...] = ()
    needs: tuple[str, ...] = ()


def keys(stages: Sequence[Stage]) -> Mapping[str, str]:
    """The key of each stage: a hash of its inputs and of the keys that it needs."""
    known: dict[str, str] = {}
    for stage in stages:  # a table names what is needed first
        parts = [stage.name, *(content_of(item) for item in stage.inputs), *(known[need] for need in stage.needs)]
        known[stage.name] = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return known


def make_all(stages: Sequence[Stage], tools: Tools, say: Callable[[str], None]) -> None:
    """Make what is not there yet, in the order of the table as far as needs allow."""
    known = keys(stages)
    waiting = [stage for stage in stages if not stage.product.there(known[stage.name])]
    missing = {stage.name for stage in waiting}
    running: dict[Future[None], tuple[Stage, float]] = {}
    beat = time.monotonic() + HEARTBEAT_SECONDS
    with ThreadPoolExecutor(AT_A_TIME) as pool, tools.ended_on_error():
        while waiting or running:
            for stage in startable(waiting, missing, AT_A_TIME - len(running)):
                waiting.remove(stage)
                say(f"{stage.doing} ({stage.expect})")
                shop = Workshop(stage.name, stage.doing, known, tools)
                running[pool.submit(shop.work, stage.make)] = (stage, time.monotonic())
            for future in wait(running, timeout=1, return_when=FIRST_COMPLETED).done:
                stage, since = running.pop(future)
                future.result()
                missing.remove(stage.name)
                say(f"{stage.doing}: done in {duration(time.monotonic() - since)}")
            if time.monotonic() > beat:
                beat = time.monotonic() + HEARTBEAT_SECONDS
                say("; ".join(_still(running.values())))


def startable(waiting: Iterable[Stage], missing: set[str], places: int) -> Sequence[Stage]:
    """The next stages whose needs are all there."""
    ready = [stage for stage in waiting if missing.isdisjoint(stage.needs)]
    return ready[:places]


def duration(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _still(running: Iterable[tuple[Stage, float]]) -> Iterator[str]:
    for stage, since in running:
        yield f"still: {stage.doing}, {duration(time.monotonic() - since)} of {stage.expect}"


def content_of(item: Path | str) -> str:
    """A hash of a file or folder; a text is its own."""
    if isinstance(item, str):
        return item
    files = sorted(item.rglob("*")) if item.is_dir() else [item]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file() and file.parent.name != "__pycache__":
            digest.update(f"{file.relative_to(item.parent)}\0{file.stat().st_mode & 0o100}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
