"""One registry for the whole session: the folders below share these fixtures."""

from tests.support.registry.fixtures import authority, place, pytest_runtest_makereport, registry, session_registry

__all__ = ["authority", "place", "pytest_runtest_makereport", "registry", "session_registry"]
