"""Every request that came to the registry and to its token endpoint, in the order of their coming."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from threading import Lock
from typing import Final
from urllib.parse import parse_qs

from attrs import define, field, frozen

from tests.support.registry.faults import Effect
from tests.support.registry.flow import Flow, download_under, upload_under
from tests.support.registry.messages import Call


class Kind(StrEnum):
    TOKEN = "token"
    PING = "ping"
    TAGS = "tags"
    MANIFEST = "manifest"
    BLOB = "blob"
    UPLOAD = "upload"
    OTHER = "other"


_KINDS: Final = (
    (Kind.TOKEN, r"/jwt/auth"),
    (Kind.PING, r"/v2/"),
    (Kind.TAGS, r"/v2/.+/tags/list"),
    (Kind.MANIFEST, r"/v2/.+/manifests/[^/]+"),
    (Kind.UPLOAD, r"/v2/.+/blobs/uploads/[^/]*"),
    (Kind.BLOB, r"/v2/.+/blobs/[^/]+"),
)


@frozen(kw_only=True)
class Request:
    """`status` is None when no answer was sent: still open, cut or hung."""

    at: float
    host: str
    method: str
    path: str
    query: str
    credentials: str  # their kind: Basic, Bearer; empty where none were sent
    status: int | None
    received: int
    sent: int
    seconds: float
    fault: str

    @property
    def kind(self) -> Kind:
        return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, self.path)), Kind.OTHER)

    @property
    def pushes_blob(self) -> bool:
        """Whether bytes of a blob came in: an upload that is only started, or mounted, brings none."""
        return self.kind is Kind.UPLOAD and self.received > 0

    def __str__(self) -> str:
        flow = f"{self.received:>9} in {self.sent:>9} out {self.seconds:7.3f} s"
        return f"{self.status or '---'} {self.method:<6} {flow}  {self.host}{self.path} {self.fault}".rstrip()


@define
class Entry:
    """A request while it is served."""

    call: Call
    effect: Effect | None
    upload: Flow
    download: Flow
    status: int | None = None
    at: float = field(factory=time.time)
    ended: float | None = None

    def snapshot(self) -> Request:
        return Request(
            at=self.at,
            host=self.call.host,
            method=self.call.method,
            path=self.call.path,
            query=self.call.query,
            credentials=self.call.headers.get("authorization", "").partition(" ")[0],
            status=self.status,
            received=self.upload.passed,
            sent=self.download.passed,
            seconds=(self.ended or time.time()) - self.at,
            fault=str(self.effect or ""),
        )


@define
class Journal:
    """Written by the front's thread, read by the test's."""

    _entries: list[Entry] = field(factory=list)
    _lock: Lock = field(factory=Lock)

    def open(self, call: Call, effect: Effect | None) -> Entry:
        entry = Entry(call, effect, upload_under(effect), download_under(effect))
        with self._lock:
            self._entries.append(entry)
        return entry

    def mark(self) -> int:
        """Where the journal ends now: `requests(since=mark)` gives what came later."""
        with self._lock:
            return len(self._entries)

    def requests(self, since: int = 0) -> tuple[Request, ...]:
        with self._lock:
            return tuple(entry.snapshot() for entry in self._entries[since:])


def uploads(requests: Iterable[Request]) -> Iterator[tuple[str, int]]:
    """The digest of each blob that was uploaded, and its bytes: they come to one path, the digest with the last."""
    sizes = Counter[str]()
    for one in requests:
        if one.kind is Kind.UPLOAD:
            sizes[one.path] += one.received
            if digest := parse_qs(one.query).get("digest"):
                yield digest[0], sizes.pop(one.path)
