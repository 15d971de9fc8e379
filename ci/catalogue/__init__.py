"""services.toml: read, checked and described to editors."""

from ci.catalogue.catalogue import Catalogue, EndToEnd, Host, Service, Test, load

__all__ = ["Catalogue", "EndToEnd", "Host", "Service", "Test", "load"]
