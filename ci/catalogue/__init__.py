"""services.toml: read, checked and described to editors."""

from ci.catalogue.catalogue import Catalogue, Host, Service, Test, load
from ci.catalogue.tables import EndToEnd

__all__ = ["Catalogue", "EndToEnd", "Host", "Service", "Test", "load"]
