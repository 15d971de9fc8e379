"""services.toml: read, checked and described to editors."""

from ci.catalogue.catalogue import Catalogue, Host, Service, Test, load

__all__ = ["Catalogue", "Host", "Service", "Test", "load"]
