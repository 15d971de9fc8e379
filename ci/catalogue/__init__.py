"""services.toml: read, checked and described to editors."""

from ci.catalogue.catalogue import Catalogue, Host, Service, load

__all__ = ["Catalogue", "Host", "Service", "load"]
