"""The parts of the test registry that need no registry."""

import json
import ssl
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from tests.support.registry import EXPIRED, PUSHER, READER, Account, Fault, Reply
from tests.support.registry.accounts import granted
from tests.support.registry.authority import kept_authority
from tests.support.registry.faults import Faults
from tests.support.registry.journal import Journal, Kind
from tests.support.registry.messages import Call
from tests.support.registry.token_endpoint import TokenEndpoint
from tests.support.registry.tokens import Signer, fingerprint


@pytest.mark.parametrize(
    ("account", "scopes", "allowed"),
    [
        pytest.param(PUSHER, ("repository:group/project:pull,push",), [("group/project", "pull,push")], id="project"),
        pytest.param(READER, ("repository:group/project/x:pull,push",), [("group/project/x", "pull")], id="narrowed"),
        pytest.param(PUSHER, ("repository:group/projects/x:pull",), [], id="a longer name"),
        pytest.param(PUSHER, ("registry:catalog:*",), [], id="not a repository"),
        pytest.param(
            PUSHER,
            ("repository:group/project/x:pull repository:group/project/x:pull,push",),
            [("group/project/x", "pull"), ("group/project/x", "pull,push")],
            id="two in one string",
        ),
    ],
)
def test_scopes_are_narrowed_to_what_is_allowed(
    account: Account, scopes: tuple[str, ...], allowed: list[tuple[str, str]]
) -> None:
    assert [(access["name"], ",".join(access["actions"])) for access in granted(account, scopes)] == allowed


@pytest.mark.parametrize(
    ("account", "status"), [pytest.param(PUSHER, 200, id="known"), pytest.param(EXPIRED, 401, id="expired")]
)
def test_other_registries_answer_post(account: Account, status: int) -> None:
    form = (
        f"grant_type=password&username={account.user}&password={account.password}&scope=repository:group/project/x:push"
    )
    endpoint = TokenEndpoint(Signer(), (PUSHER, EXPIRED), oauth=True)
    answer = endpoint.answer(Call(method="POST", target="/jwt/auth", body=form.encode()))
    assert answer.status == status


def test_a_token_names_its_key_by_twelve_groups() -> None:
    signer = Signer()
    head = signer.token("someone", ()).partition(".")[0]
    kid = json.loads(urlsafe_b64decode(head + "=="))["kid"]
    assert kid == fingerprint(signer.key)
    assert [len(group) for group in kid.split(":")] == [4] * 12


def test_an_authority_is_the_same_in_the_next_run(tmp_path: Path) -> None:
    made, found = kept_authority(tmp_path), kept_authority(tmp_path)
    assert made.certificate == found.certificate
    assert [file.name for file in made.certificates.iterdir()] == ["ois-cfa-tests.crt"]
    assert isinstance(found.server_context("registry.test", "127.0.0.1"), ssl.SSLContext)


def test_faults_take_turns_and_end() -> None:
    faults = Faults()
    faults.add(Fault(path="/v2/", effect=Reply(500), passing=1))
    faults.add(Fault(path="/v2/.*", effect=Reply(429)))
    taken = [faults.take("GET", "/v2/")[0] for _ in range(4)]
    assert taken == [None, Reply(500), Reply(429), None]
    assert faults.active() == ()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/jwt/auth", Kind.TOKEN),
        ("/v2/", Kind.PING),
        ("/v2/group/project/x/tags/list", Kind.TAGS),
        ("/v2/group/project/x/manifests/dev", Kind.MANIFEST),
        ("/v2/group/project/x/blobs/sha256:00", Kind.BLOB),
        ("/v2/group/project/x/blobs/uploads/", Kind.UPLOAD),
        ("/v2/group/project/x/blobs/uploads/5f1c", Kind.UPLOAD),
        ("/elsewhere", Kind.OTHER),
    ],
)
def test_a_request_has_a_kind(path: str, kind: Kind) -> None:
    journal = Journal()
    journal.open(Call(method="GET", target=f"{path}?n=1"), None)
    assert [request.kind for request in journal.requests()] == [kind]
