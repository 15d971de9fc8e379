"""What the registry holds, read and written behind the front: nothing of it is in the journal, no fault meets it."""

import json
from hashlib import sha256
from typing import Any, Final

import httpx
from attrs import frozen

from tests.support.registry.accounts import repository
from tests.support.registry.tokens import Signer

_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_EMPTY_CONFIG: Final = b'{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}'


@frozen
class Manifest:
    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    def json(self) -> Any:
        return json.loads(self.content)


@frozen
class Store:
    client: httpx.Client  # its base is the registry itself
    signer: Signer

    @property
    def port(self) -> int:
        return self.client.base_url.port or 80

    def tags(self, name: str) -> tuple[str, ...]:
        """The tags of a repository in order; none when there is no such repository."""
        answer = self._ask("GET", name, "tags/list")
        return () if answer.status_code == httpx.codes.NOT_FOUND else tuple(sorted(answer.json()["tags"] or ()))

    def manifest(self, name: str, reference: str) -> Manifest | None:
        answer = self._ask("GET", name, f"manifests/{reference}", headers={"accept": ", ".join(_TYPES)})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return Manifest(answer.content, answer.headers["content-type"])

    def blob(self, name: str, digest: str) -> bytes:
        return self._ask("GET", name, f"blobs/{digest}").raise_for_status().content

    def put(self, name: str, reference: str, manifest: Manifest) -> None:
        headers = {"content-type": manifest.media_type}
        self._ask("PUT", name, f"manifests/{reference}", headers=headers, content=manifest.content).raise_for_status()

    def put_blob(self, name: str, content: bytes) -> str:
        """Store a blob and return its digest."""
        upload = self._ask("POST", name, "blobs/uploads/").raise_for_status().headers["location"]
        target = httpx.URL(upload).copy_merge_params({"digest": digest_of(content)})
        headers = self._headers(name)
        self.client.put(target, content=content, headers=headers).raise_for_status()
        return digest_of(content)

    def put_image(self, name: str, tag: str, layer: bytes = b"layer") -> Manifest:
        """Store a small image that no engine has to build."""
        config = {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": self.put_blob(name, _EMPTY_CONFIG),
            "size": len(_EMPTY_CONFIG),
        }
        layers = [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": self.put_blob(name, layer),
                "size": len(layer),
            }
        ]
        content = {"schemaVersion": 2, "mediaType": _TYPES[0], "config": config, "layers": layers}
        manifest = Manifest(json.dumps(content).encode(), _TYPES[0])
        self.put(name, tag, manifest)
        return manifest

    def delete(self, name: str, digest: str) -> None:
        """Remove a manifest with all its tags."""
        self._ask("DELETE", name, f"manifests/{digest}").raise_for_status()

    def delete_blob(self, name: str, digest: str) -> None:
        """Remove a blob under the manifests that need it."""
        self._ask("DELETE", name, f"blobs/{digest}").raise_for_status()

    def repositories(self) -> tuple[str, ...]:
        access = {"type": "registry", "name": "catalog", "actions": ["*"]}
        headers = {"authorization": f"Bearer {self.signer.token('tests', [access])}"}
        return tuple(self.client.get("/v2/_catalog?n=1000", headers=headers).raise_for_status().json()["repositories"])

    def _ask(self, method: str, name: str, what: str, **options: Any) -> httpx.Response:
        headers = {**self._headers(name), **options.pop("headers", {})}
        return self.client.request(method, f"/v2/{name}/{what}", headers=headers, **options)

    def _headers(self, name: str) -> dict[str, str]:
        token = self.signer.token("tests", [repository(name, "pull", "push", "delete")])
        return {"authorization": f"Bearer {token}"}


def digest_of(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
