"""What was pulled from the mirror of base images, by its own access log."""

import re
from datetime import datetime
from typing import Final

from tests.support.registry.docker import logs

_GET: Final = re.compile(r'"(?:GET|HEAD) (/v2/\S+/(?:manifests|blobs)/\S+) HTTP')


def pulls(mirror: str, since: datetime) -> tuple[str, ...]:
    """Paths of the manifests and blobs that were asked of container `mirror` since then (an aware time)."""
    return tuple(_GET.findall(logs(mirror, "--since", since.isoformat())))
