"""The GitLab Registry: who asks, how a request survives, and what it is asked."""

from ci.registry.link import Link, Login, explain
from ci.registry.registry import Address, Manifest, Registry, connect, digest_of

__all__ = ["Address", "Link", "Login", "Manifest", "Registry", "connect", "digest_of", "explain"]
