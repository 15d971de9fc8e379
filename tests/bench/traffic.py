"""Bytes between builders, the registry of images and the mirror of base images."""

from datetime import datetime

from attrs import frozen

from tests.support.registry import LiveRegistry, Place, pulls


@frozen(kw_only=True)
class Traffic:
    """Bytes; `bases` came from the mirror."""

    pushed: int
    pulled: int
    bases: int


def traffic(registry: LiveRegistry, place: Place, mark: int, since: datetime) -> Traffic:
    """What passed after a mark of the registry's journal and, at the mirror, since then (an aware time)."""
    requests = registry.requests(mark)
    return Traffic(
        pushed=sum(one.received for one in requests),
        pulled=sum(one.sent for one in requests),
        bases=sum(pull.size for pull in pulls(place.mirror, since)),
    )
