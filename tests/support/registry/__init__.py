"""A container registry with TLS, its own CA, GitLab's token authentication, and faults on demand."""

from tests.support.registry.accounts import EXPIRED, PUSHER, READER, Account
from tests.support.registry.authority import Authority
from tests.support.registry.faults import Cut, Fault, Hang, Lie, Plain, Reply, Slow
from tests.support.registry.journal import Kind, Request, uploads
from tests.support.registry.live import LiveRegistry, live_registry
from tests.support.registry.mirror import pulls
from tests.support.registry.place import Place

__all__ = [
    "EXPIRED",
    "PUSHER",
    "READER",
    "Account",
    "Authority",
    "Cut",
    "Fault",
    "Hang",
    "Kind",
    "Lie",
    "LiveRegistry",
    "Place",
    "Plain",
    "Reply",
    "Request",
    "Slow",
    "live_registry",
    "pulls",
    "uploads",
]
