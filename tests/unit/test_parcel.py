"""What is kept in the registry as files: the same bytes each time, read back by who wrote it."""

import gzip
import json
from collections.abc import Mapping

import httpx
import pytest
from cattrs import Converter

from ci.checks.kept import OUTCOME, find
from ci.checks.outcome import Outcome, Status, Tally
from ci.lock import FILE, Image, Lock, fetch
from ci.lock import Status as Came
from ci.registry import Address, Link, Login, Registry, parcel
from ci.registry.manifest import digest_of

IMAGE = Image(service="identity", status=Came.BUILT, cause="new", inputs="k", seconds=1)
LOCK = Lock(commit="abc", created="2026-01-01T00:00:00+00:00", requested=("identity",), images=(IMAGE,))
PASSED = Outcome(service="identity", status=Status.PASSED, cause="", commit="abc", seconds=3, tally=Tally(tests=2))


def holding(files: Mapping[str, bytes]) -> Registry:
    """A registry that has one parcel, under every name and tag."""

    layer = gzip.compress(parcel.pack(files), mtime=0)
    manifest = {"layers": [{"digest": digest_of(layer), "size": len(layer)}]}

    def answer(request: httpx.Request) -> httpx.Response:
        if "/blobs/" in request.url.path:
            return httpx.Response(200, content=layer)
        return httpx.Response(200, headers={"Content-Type": parcel.MANIFEST_TYPE}, json=manifest)

    login = Login("ci", "canary")
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Registry(Address("registry.test", "group/project"), login, Link("registry.test", login, http))


def test_a_parcel_holds_what_was_packed_and_is_the_same_bytes_each_time() -> None:
    files = {"b.json": b"{}", "a/junit.xml": "<Ж/>".encode()}
    assert parcel.unpack(gzip.compress(parcel.pack(files))) == files
    assert parcel.pack(files) == parcel.pack(dict(reversed(files.items())))


@pytest.mark.parametrize(
    "layer",
    [b"no archive", gzip.compress(b"no archive"), gzip.compress(parcel.pack({}))[:20]],
    ids=["no archive", "none inside", "cut short"],
)
def test_what_is_no_parcel_is_not_read_as_one(layer: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parcel.unpack(layer)


async def test_the_lock_image_holds_the_lock() -> None:
    assert await fetch(holding({FILE: LOCK.to_json().encode()}), "abc") == LOCK


@pytest.mark.parametrize(
    ("kept", "job", "now", "status", "cause"),
    [
        ("abc", "", "abc", Status.PASSED, ""),
        ("abc", "", "def", Status.REUSED, "passed before with the same inputs, at abc"),
        (
            "abc",
            "https://gitlab.test/7",
            "def",
            Status.REUSED,
            "passed before with the same inputs, in https://gitlab.test/7",
        ),
        ("", "", "", Status.REUSED, "passed before with the same inputs"),
    ],
    ids=["this commit's", "an earlier one's", "a job's", "no commit's"],
)
async def test_what_passed_is_this_run_only_where_the_commit_says_so(
    kept: str, job: str, now: str, status: Status, cause: str
) -> None:
    record = {**Converter().unstructure(PASSED), "commit": kept, "job": job}
    registry = holding({OUTCOME: json.dumps(record).encode(), "reports/deep/junit.xml": b"<testsuite/>"})
    found = await find(registry, "identity", "k", commit=now)
    assert found
    assert (found.outcome.status, found.outcome.cause, found.outcome.tally.tests) == (status, cause, 2)
    assert found.files == {"deep/junit.xml": b"<testsuite/>"}


async def test_what_is_no_record_of_tests_is_not_read_as_one() -> None:
    assert await find(holding({OUTCOME: b"{}"}), "identity", "k", commit="abc") is None
    assert await find(holding({"other": b"{}"}), "identity", "k", commit="abc") is None
