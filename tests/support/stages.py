"""Images that only tests need, made by stages as the engine's are."""

import fcntl
import os
import sys
from collections.abc import Sequence

from bootstrap import docker, settings
from bootstrap.stages import Stage, keys, make_all
from bootstrap.workshop import Tools, image_tag


def image_of(table: Sequence[Stage], name: str) -> str:
    """The tag of an image stage; the first time it takes minutes, then no time."""
    tag = image_tag(name, keys(table)[name])
    if not docker.has_image(tag):
        make(table)
    return tag


def make(table: Sequence[Stage]) -> None:
    """Make what is not there yet."""
    cache = settings.read(os.environ).cache
    (cache / "logs").mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a") as lock:  # `./daggerw up` may make stages at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_all(table, Tools(cache, (lock.fileno(),)), _say)


def _say(line: str) -> None:
    print(f"tests: {line}", file=sys.stderr, flush=True)
