"""Bytes between builders, the registry of images and the mirror of base images."""

from collections.abc import Collection
from datetime import datetime

import httpx
from attrs import frozen

from bootstrap import mirror
from tests.support.registry import LiveRegistry, Place, pulls, uploads


@frozen(kw_only=True)
class Traffic:
    """Bytes; `again` is the part of `pushed` that are layers of base images, `bases` came from the mirror."""

    pushed: int
    again: int
    pulled: int
    bases: int


def traffic(registry: LiveRegistry, place: Place, mark: int, since: datetime, bases: Collection[str]) -> Traffic:
    """What passed after a mark of the registry's journal and, at the mirror, since then (an aware time).

    `bases` are the repositories of the mirror whose layers are those of base images.
    """
    requests = registry.requests(mark)
    return Traffic(
        pushed=sum(one.received for one in requests),
        again=sum(size for digest, size in uploads(requests) if _is_of(bases, digest)),
        pulled=sum(one.sent for one in requests),
        bases=sum(pull.size for pull in pulls(place.mirror, since)),
    )


def _is_of(bases: Collection[str], digest: str) -> bool:
    where = (f"http://{mirror.HOST}/v2/{base}/blobs/{digest}" for base in bases)
    return any(httpx.head(blob).is_success for blob in where)
