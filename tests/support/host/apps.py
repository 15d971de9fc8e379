"""Real images in the test registry that no engine has to build: Python, a server, and how it is to behave."""

import gzip
import json
import tarfile
from collections.abc import Mapping
from hashlib import shake_256
from inspect import getsource
from io import BytesIO
from typing import Any, Final

import httpx
from attrs import asdict, frozen

from tests.support.host import server
from tests.support.registry.accounts import PROJECT, repository
from tests.support.registry.live import LiveRegistry
from tests.support.registry.place import Place
from tests.support.registry.store import Manifest, digest_of

_BASE: Final = f"{PROJECT}/python"
_TYPE: Final = "application/vnd.docker.distribution.manifest.v2+json"
_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
# No Python: it starts in a tenth of a second, and every container asks each two seconds.
_ASK: Final = (
    r"exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health HTTP/1.0\r\n\r\n' >&3 "
    r"&& read -r status <&3 && [[ $status == *' 200 '* ]]"
)
_SECOND: Final = 10**9  # Docker counts in nanoseconds
_HEALTHCHECK: Final = {
    "Test": ["CMD", "bash", "-c", _ASK],
    "Interval": 6 * _SECOND,
    "Timeout": 5 * _SECOND,
    "StartPeriod": 3 * _SECOND,
    "StartInterval": _SECOND // 2,
    "Retries": 2,
}


@frozen(kw_only=True)
class Behaviour:
    """What an app does; `release` tells apart images that do the same."""

    release: str = ""
    healthy_after: float | None = 0  # seconds; None is never
    exits_after: float | None = None  # seconds; None is never, 0 is before it listens
    stops_after: float = 0  # seconds from being asked to
    claims: str | None = None  # what /version says in place of $IMAGE_REF
    healthcheck: bool = True
    noise: int = 0  # megabytes that do not compress


def app(registry: LiveRegistry, name: str, behaviour: Behaviour) -> str:
    """Put PROJECT/NAME into the registry, without a tag, and return its digest."""
    target = f"{PROJECT}/{name}"
    base = _base(registry)
    for layer in base["layers"]:
        _mount(registry, target, layer["digest"])
    tars = [_tar(_files(name, behaviour))]
    if behaviour.noise:
        noise = shake_256(f"{name} {behaviour.release}".encode()).digest(behaviour.noise * 10**6)
        tars.append(_tar({"srv/noise": noise}))
    layers = [_put(registry, target, _LAYER, gzip.compress(tar, compresslevel=0, mtime=0)) for tar in tars]
    config = _config(registry.store.blob(_BASE, base["config"]["digest"]), tars, healthcheck=behaviour.healthcheck)
    content = {**base, "config": _put(registry, target, _CONFIG, config), "layers": [*base["layers"], *layers]}
    manifest = Manifest(json.dumps(content).encode(), _TYPE)
    registry.put(target, manifest.digest, manifest)
    return manifest.digest


def _base(registry: LiveRegistry) -> Any:
    """The manifest of Python's image, copied from the mirror once."""
    host, _, rest = Place().python_image().partition("/")
    name, _, tag = rest.rpartition(":")
    if there := registry.manifest(_BASE, tag):
        return there.json()
    with httpx.Client(base_url=f"http://{host}/v2/{name}") as mirror:
        answer = mirror.get(f"/manifests/{tag}", headers={"accept": _TYPE}).raise_for_status()
        manifest = Manifest(answer.content, _TYPE)
        for part in (manifest.json()["config"], *manifest.json()["layers"]):
            registry.store.put_blob(_BASE, mirror.get(f"/blobs/{part['digest']}").raise_for_status().content)
    registry.put(_BASE, tag, manifest)
    return manifest.json()


def _mount(registry: LiveRegistry, target: str, digest: str) -> None:
    """Let a repository have a layer of the base without sending it again."""
    access = [repository(target, "pull", "push"), repository(_BASE, "pull")]
    headers = {"authorization": f"Bearer {registry.store.signer.token('tests', access)}"}
    where = {"mount": digest, "from": _BASE}
    answer = registry.store.client.post(f"/v2/{target}/blobs/uploads/", params=where, headers=headers)
    assert answer.status_code == httpx.codes.CREATED, answer.text


def _files(name: str, behaviour: Behaviour) -> Mapping[str, bytes]:
    return {
        "srv/server.py": getsource(server).encode(),
        "srv/behaviour.json": json.dumps({"name": name, **asdict(behaviour)}).encode(),
    }


def _tar(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
    return packed.getvalue()


def _config(base: bytes, tars: list[bytes], *, healthcheck: bool) -> bytes:
    told = json.loads(base)
    runs = {
        **told["config"],
        "Cmd": ["python3", "-u", "/srv/server.py", "/srv/behaviour.json"],
        "ExposedPorts": {"8080/tcp": {}},
        **({"Healthcheck": _HEALTHCHECK} if healthcheck else {}),
    }
    layers = [*told["rootfs"]["diff_ids"], *map(digest_of, tars)]
    history = [*told["history"], *({"created_by": "tests"} for _ in tars)]
    kept = {key: told[key] for key in ("architecture", "os", "created")}
    rootfs = {"type": "layers", "diff_ids": layers}
    return json.dumps({**kept, "config": runs, "rootfs": rootfs, "history": history}).encode()


def _put(registry: LiveRegistry, target: str, kind: str, content: bytes) -> Mapping[str, Any]:
    digest = registry.store.put_blob(target, content)
    return {"mediaType": kind, "size": len(content), "digest": digest}
