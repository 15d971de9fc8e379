"""A manifest: what a registry says that an image is made of."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from ci import jsons

# Distribution spec, "Pulling manifests": a type that is not accepted is answered 404.
MANIFEST_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MALFORMED: Final = (ValueError, TypeError, LookupError, AttributeError)  # what reading another text raises


@frozen
class Manifest:
    """A manifest's very bytes: another tag is a PUT of the same bytes, so the digest stays."""

    body: bytes = field(repr=False)
    media_type: str

    @property
    def digest(self) -> str:
        """The digest that the registry gives these bytes."""
        return digest_of(self.body)

    @property
    def is_whole(self) -> bool:
        """Whether all of it can be read, and its type is known."""
        try:
            _ = self.parts, self.layers, self.size
        except MALFORMED:
            return False
        return bool(self.media_type)

    @property
    def layers(self) -> tuple[str, ...]:
        """The digests of the layers, lowest first."""
        return tuple(layer["digest"] for layer in self._layers)

    @property
    def images(self) -> tuple[str, ...]:
        """The digests of the manifests of an index."""
        return tuple(manifest["digest"] for manifest in jsons.loads(self.body).get("manifests", []))

    @property
    def parts(self) -> tuple[str, ...]:
        """Where what it needs besides the layers is: a config blob, or the manifests of an index."""
        configs = (f"blobs/{config['digest']}" for config in filter(None, [jsons.loads(self.body).get("config")]))
        return (*configs, *(f"manifests/{digest}" for digest in self.images))

    @property
    def configuration(self) -> str:
        """The digest of an image's configuration; raise one of `MALFORMED`."""
        return str(jsons.loads(self.body)["config"]["digest"])

    @property
    def blobs(self) -> Mapping[str, int]:
        """The bytes of each blob of an image, by digest: its configuration and its layers."""
        configuration = jsons.loads(self.body)["config"]
        return {part["digest"]: int(part["size"]) for part in (configuration, *self._layers)}

    def platform(self, architecture: str) -> str:
        """The digest of an index's manifest for linux and an architecture; empty where it has none."""
        wanted = {"os": "linux", "architecture": architecture}
        manifests = jsons.loads(self.body).get("manifests", [])
        try:
            digests = [each["digest"] for each in manifests if each.get("platform", {}).items() >= wanted.items()]
        except MALFORMED:
            return ""
        return next(iter(digests), "")

    @property
    def annotations(self) -> Mapping[str, str]:
        """What the manifest says of the image besides its configuration."""
        annotations: Mapping[str, str] = jsons.loads(self.body).get("annotations") or {}
        return annotations

    @property
    def size(self) -> int:
        """Compressed bytes of the layers."""
        return sum(layer["size"] for layer in self._layers)

    @property
    def _layers(self) -> list[dict[str, Any]]:
        layers: list[dict[str, Any]] = jsons.loads(self.body).get("layers", [])
        return layers


def digest_of(content: bytes) -> str:
    """The digest under which a registry stores these bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
