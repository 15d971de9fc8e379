"""The GitLab Registry: who asks, how a request survives, and what it is asked."""

from ci.registry.link import Link, Login
from ci.registry.manifest import Manifest
from ci.registry.registry import Address, Registry

__all__ = ["Address", "Link", "Login", "Manifest", "Registry"]
