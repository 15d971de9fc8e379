"""Bytes between builders, the registry of images and the mirror of base images."""

from collections.abc import Callable
from datetime import UTC, datetime

from attrs import field, frozen

from tests.support.registry import LiveRegistry, Place, pulls


@frozen(kw_only=True)
class Traffic:
    """Bytes; `bases` came from the mirror."""

    pushed: int
    pulled: int
    bases: int


@frozen(kw_only=True)
class Meter:
    """Counts from where it was made."""

    registry: LiveRegistry
    place: Place
    mark: int = field()
    since: datetime = field(factory=lambda: datetime.now(UTC))

    @mark.default
    def _now(self) -> int:
        return self.registry.mark()

    def read(self) -> Traffic:
        """What passed until now."""
        requests = self.registry.requests(self.mark)
        return Traffic(
            pushed=sum(one.received for one in requests),
            pulled=sum(one.sent for one in requests),
            bases=sum(pull.size for pull in pulls(self.place.mirror, self.since)),
        )


def metered(registry: LiveRegistry, place: Place, act: Callable[[], object]) -> Traffic:
    """What passes during an act."""
    meter = Meter(registry=registry, place=place)
    act()
    return meter.read()
