"""The keys of both ends: the caller's, as a GitLab variable holds it, and those that a host may show."""

from typing import Final

import asyncssh
import pytest

from ci.errors import HostKeyUnknown, HostRefused
from ci.host.target import Target

KEY: Final = asyncssh.generate_private_key("ssh-ed25519")
TEXT: Final = KEY.export_private_key().decode()
PUBLIC: Final = KEY.export_public_key().decode()


def target(key: str = TEXT, known_hosts: str = "", port: int = 22) -> Target:
    return Target(
        name="cfa2",
        address="192.0.2.10",
        port=port,
        via=("192.0.2.10", port),
        user="user",
        key=key,
        known_hosts=known_hosts,
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="as ssh-keygen writes it"),
        pytest.param(TEXT.replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param(TEXT.rstrip("\n"), id="without the last line end"),
        pytest.param(f"\n{TEXT}\n\n", id="with empty lines around it"),
    ],
)
def test_a_key_is_read_however_the_variable_holds_it(text: str) -> None:
    assert target(text).private_key().export_public_key() == KEY.export_public_key()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "/builds/group/project.tmp/SSH_PRIVATE_KEY",
            "the SSH key is the path of a file: pass --ssh-key file://$SSH_PRIVATE_KEY, which reads it",
            id="the path of a variable of type file",
        ),
        pytest.param(
            PUBLIC, "the SSH key cannot be read (Invalid private key): SSH_PRIVATE_KEY must hold", id="public"
        ),
        pytest.param(
            KEY.export_private_key("pkcs8-pem", passphrase="x").decode(),
            "SSH_PRIVATE_KEY must hold a key without passphrase",
            id="with a passphrase",
        ),
    ],
)
def test_what_is_no_key_is_refused_with_the_mend(text: str, sentence: str) -> None:
    with pytest.raises(HostRefused) as refused:
        target(text).private_key()
    assert sentence in str(refused.value)
    assert TEXT not in str(refused.value)


@pytest.mark.parametrize(
    ("known_hosts", "port"),
    [
        pytest.param(f"192.0.2.10 {PUBLIC}", 22, id="by its address"),
        pytest.param(f"cfa2 {PUBLIC}", 22, id="by its name"),
        pytest.param(f"[192.0.2.10]:2222 {PUBLIC}", 2222, id="at a port of its own"),
    ],
)
def test_a_host_is_known_by_its_name_or_its_address(known_hosts: str, port: int) -> None:
    (key,) = target(known_hosts=known_hosts, port=port).pinned()
    assert key.export_public_key() == KEY.export_public_key()


def test_a_host_that_git_does_not_know_is_refused_with_how_to_check_its_key() -> None:
    with pytest.raises(HostKeyUnknown) as refused:
        target(known_hosts=f"another {PUBLIC}", port=2222).pinned()
    assert "Run `ssh-keyscan -t ed25519 -p 2222 192.0.2.10`, compare its fingerprint" in str(refused.value)


def test_a_key_that_git_has_revoked_is_not_the_hosts() -> None:
    with pytest.raises(HostKeyUnknown, match="there is no host key of cfa2 in git"):
        target(known_hosts=f"cfa2 {PUBLIC}@revoked cfa2 {PUBLIC}").pinned()


def test_known_hosts_with_the_marks_of_a_merge_is_refused() -> None:
    with pytest.raises(
        HostKeyUnknown, match=r"known_hosts beside the compose file cannot be read: .*=======\. Correct that"
    ):
        target(known_hosts=f"<<<<<<< HEAD\ncfa2 {PUBLIC}\n=======\ncfa2 {PUBLIC}\n>>>>>>> other\n").pinned()
