"""What was pulled from the mirror of base images, by its own access log."""

import re
from datetime import datetime
from typing import Final

from attrs import frozen

from tests.support.registry.docker import logs

_ASKED: Final = re.compile(r'"(?:GET|HEAD) (/v2/\S+/(?:manifests|blobs)/\S+) HTTP/\S+" \d+ (\d+)')


@frozen
class Pull:
    """A manifest or blob that was asked for, and the bytes that were sent."""

    path: str
    size: int


def pulls(mirror: str, since: datetime) -> tuple[Pull, ...]:
    """What was asked of container `mirror` since then (an aware time)."""
    found = _ASKED.findall(logs(mirror, "--since", since.isoformat()))
    return tuple(Pull(path, int(size)) for path, size in found)
