"""Bytes between builders, the registry of images and the mirror of base images."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from urllib.parse import parse_qs

import httpx
from attrs import frozen

from bootstrap import mirror
from tests.support.registry import Kind, LiveRegistry, Place, Request, pulls


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
        again=sum(size for digest, size in _blobs(requests) if _is_of(bases, digest)),
        pulled=sum(one.sent for one in requests),
        bases=sum(pull.size for pull in pulls(place.mirror, since)),
    )


def _blobs(requests: Iterable[Request]) -> Iterator[tuple[str, int]]:
    """Each blob that was uploaded, and its bytes: they come under the upload's path, the digest with the last."""
    sizes = Counter[str]()
    for one in requests:
        if one.kind is Kind.UPLOAD:
            sizes[one.path] += one.received
            if digest := parse_qs(one.query).get("digest"):
                yield digest[0], sizes.pop(one.path)


def _is_of(bases: Collection[str], digest: str) -> bool:
    where = (f"http://{mirror.HOST}/v2/{base}/blobs/{digest}" for base in bases)
    return any(httpx.head(blob).is_success for blob in where)
