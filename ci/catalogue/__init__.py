"""services.toml: read, checked and described to editors."""

from ci.catalogue.catalogue import Catalogue, E2e, Host, Service, Test, load

__all__ = ["Catalogue", "E2e", "Host", "Service", "Test", "load"]
