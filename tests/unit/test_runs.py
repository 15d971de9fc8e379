"""What came of a run: the lock, the line that says why, and what `dagger call` offers."""

import json

import httpx
import pytest
from attrs import evolve
from dagger import dag

from ci.cause import cause_of, plain
from ci.decision import Decision
from ci.errors import Failed, LockIncomplete, LockMissing, SettingMissing
from ci.lock import Image, Lock, Status, fetch, find, given
from ci.publish import Asked, lost_services, publish_all
from ci.registry import Address, Link, Login, Manifest, Registry, parcel
from ci.registry.access import Access
from ci.registry.manifest import digest_of
from ci.report import images_answer, plan_answer
from ci.workspace import Scratch, Workspace

BUILT = Image(
    service="identity",
    status=Status.BUILT,
    cause="new",
    inputs="k",
    seconds=1,
    ref="r.test/p/identity",
    digest=digest_of(b"identity"),
)
BROKEN = Image(service="issuance", status=Status.FAILED, cause="error CS1002: ; expected", inputs="k", seconds=2)
KILLED = "killed, most likely for lack of memory: try --memory with less, so that fewer builds run at once"
LOCK = Lock(
    commit="abc", created="2026-01-01T00:00:00+00:00", requested=("identity", "issuance"), images=(BUILT, BROKEN)
)


def test_a_plan_names_the_images_that_are_bound_to_one_environment() -> None:
    manifest = Manifest(b'{"layers": []}', parcel.MANIFEST_TYPE)
    free = Decision(service="identity", cause="same inputs", inputs="k1", reused=manifest)
    bound = Decision(service="portal", cause="new", inputs="k2", bound=("NEXT_PUBLIC_URL",))
    told = plan_answer([free, bound], as_json=False)
    assert told.splitlines()[-1] == "portal is bound to one environment by NEXT_PUBLIC_URL"
    assert json.loads(plan_answer([free, bound], as_json=True)) == [
        {"service": "identity", "action": "reuse", "cause": "same inputs", "inputs": "k1", "bound": []},
        {"service": "portal", "action": "build", "cause": "new", "inputs": "k2", "bound": ["NEXT_PUBLIC_URL"]},
    ]
    assert "bound" not in plan_answer([free], as_json=False)


def test_a_lock_reads_back_what_was_written() -> None:
    assert Lock.from_json(LOCK.to_json()) == LOCK


@pytest.mark.parametrize("change", [{"budget": None}, {"colour": "blue"}], ids=["older", "newer"])
def test_a_lock_of_another_checkout_is_read(change: dict[str, str | None]) -> None:
    data = {**json.loads(LOCK.to_json()), **change}
    known = {key: value for key, value in data.items() if value is not None}
    assert Lock.from_json(json.dumps(known)) == LOCK


async def test_what_is_no_lock_is_not_read_as_one() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        manifest = {"layers": [{"digest": digest_of(b"no archive"), "size": 1}]}
        headers = {"Content-Type": parcel.MANIFEST_TYPE}
        return (
            httpx.Response(200, headers=headers, json=manifest)
            if "/manifests/" in request.url.path
            else httpx.Response(200, content=b"no archive")
        )

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        login = Login("ci", "canary")
        registry = Registry(Address("registry.test", "group/project"), login, Link("registry.test", login, http))
        assert await find(registry, "dev") is None
        with pytest.raises(LockMissing, match=r"group/project/ci/lock:dev is no lock: run publish-all"):
            await fetch(registry, "dev")


def test_a_lock_without_an_image_of_a_requested_service_is_refused() -> None:
    with pytest.raises(LockIncomplete, match="no image of issuance"):
        LOCK.or_refuse()


def test_a_red_run_raises_with_the_table_and_ends_with_what_failed() -> None:
    with pytest.raises(Failed) as red:
        images_answer(LOCK.images, as_json=False)
    assert str(red.value).splitlines()[-1] == "1 of 2 failed: issuance: error CS1002: ; expected"


def test_a_tag_that_did_not_move_makes_a_run_red_and_its_table_stays() -> None:
    with pytest.raises(Failed) as red:
        images_answer([BUILT], ["dev does not move: it is newer"], as_json=True)
    table, _, told = str(red.value).partition("\n\n")
    assert "identity" in table
    assert told == "dev does not move: it is newer\nall 1 there: 1 built, 0 reused"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("Restore\na.cs(1,2): error CS1002: ; expected [/src/a.csproj]\nmore", "a.cs(1,2): error CS1002: ; expected"),
        ("ok\nnpm error code E404\nnpm error 404 Not Found", "npm error 404 Not Found"),
        (
            ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"\n\nNote that in CI',
            (
                'ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"; '
                "run pnpm install and commit pnpm-lock.yaml"
            ),
        ),
        (
            "Failed to compile.\n\n./pages/index.tsx:3:7\nType error: Type 'string' is not assignable.\n\n> 3 | const",
            "./pages/index.tsx:3:7 Type error: Type 'string' is not assignable.",
        ),
        ("> next build\nnpm error path /app\nnpm error signal SIGKILL", KILLED),
        ("first\nlast", "last"),
        ("", "exit code: 3"),
    ],
)
def test_the_cause_is_the_telling_line(output: str, line: str) -> None:
    assert cause_of(output, "exit code: 3 [traceparent:00-11]", 3) == line


def test_a_step_that_was_killed_is_not_told_by_its_last_line() -> None:
    assert cause_of("a.cs(1,2): warning\n   Creating an optimized build", "exit code: 137", 137) == KILLED


def test_an_engine_error_loses_its_trace() -> None:
    assert plain("a\n b [traceparent:1-2]") == "a b"


def test_a_file_that_is_no_lock_is_refused() -> None:
    assert given(LOCK.to_json()) == LOCK
    for text in ("", "[]", "{}", '{"commit": "abc"}', "not json"):
        with pytest.raises(LockMissing, match=r"the given file is not an images\.lock\.json: `dagger call lock"):
            given(text)


@pytest.mark.parametrize(
    ("service", "ref", "digest"),
    [
        ("identity", "r.test/p/identity", f"{BUILT.digest}\n"),
        ("identity", "r.test/p/identity", "sha256:1"),
        ("identity", "r.test/p/identity evil", BUILT.digest),
        ("identity", "r.test", BUILT.digest),
        ("identity\nimage", "r.test/p/identity", BUILT.digest),
        ("", "r.test/p/identity", BUILT.digest),
        ("-rf", "r.test/p/identity", BUILT.digest),
    ],
)
def test_a_lock_with_a_word_that_a_shell_would_split_is_none(service: str, ref: str, digest: str) -> None:
    forged = evolve(LOCK, images=(evolve(BUILT, service=service, ref=ref, digest=digest),))
    with pytest.raises(LockMissing):
        given(forged.to_json())


def test_a_lock_of_another_registry_is_refused() -> None:
    assert LOCK.must_be_in(Address("r.test", "p")) is LOCK
    for address in (Address("r.test", "q"), Address("other.test", "p")):
        with pytest.raises(LockMissing, match=r"the lock of abc names r\.test/p/identity, which is not "):
            LOCK.must_be_in(address)


def test_dev_loses_no_service_that_it_has() -> None:
    dev = evolve(LOCK, images=tuple(evolve(BUILT, service=name) for name in ("identity", "issuance", "gone")))
    known = {"identity", "issuance", "registry"}
    assert lost_services(dev, None, {"registry"}, known) == ["identity", "issuance"]
    assert lost_services(dev, LOCK, {"registry"}, known) == []  # an increment
    assert lost_services(dev, evolve(LOCK, images=(BUILT,)), {"issuance"}, known) == []


@pytest.mark.parametrize("tag", ["stage", "prod"])
@pytest.mark.parametrize("before", [(), ("a02439e5", "dev")], ids=["first", "later"])
async def test_what_stage_and_prod_get_goes_by_promote(before: tuple[str, ...], tag: str) -> None:
    nothing, nobody = (
        Workspace(source=dag.directory(), scratch=Scratch()),
        Access(registry="", user="", password=None),
    )
    with pytest.raises(SettingMissing, match=f"^{tag} takes what was published before: .* then promote to {tag}$"):
        await publish_all(nothing, nobody, Asked(tags=[*before, tag]))


@pytest.mark.parametrize("tag", ["dev", "latest"])
async def test_a_tag_that_moves_cannot_come_first(tag: str) -> None:
    nothing, nobody = (
        Workspace(source=dag.directory(), scratch=Scratch()),
        Access(registry="", user="", password=None),
    )
    with pytest.raises(SettingMissing) as refused:
        await publish_all(nothing, nobody, Asked(tags=[tag, "dev"]))
    assert str(refused.value) == (
        f"the first tag is {tag}, which moves: name the commit's before it, "
        f'as in --tag "$(git rev-parse --short HEAD)" --tag {tag}'
    )
