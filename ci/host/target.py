"""Where a connection goes, who as, and the keys of both ends."""

from typing import Final

import asyncssh
from attrs import field, frozen

from ci.errors import HostKeyUnknown, HostRefused

USUAL_PORT: Final = 22


@frozen(kw_only=True)
class Target:
    """Where to connect, who as, and the keys that the host may show."""

    name: str  # of services.toml
    address: str
    port: int
    via: tuple[str, int]  # where the connection goes: the same, or a tunnel's end
    user: str
    key: str = field(repr=False)  # an OpenSSH private key
    known_hosts: str  # as the file of that name holds it

    def private_key(self) -> asyncssh.SSHKey:
        """The caller's key as a GitLab variable holds it, which may lose or change line ends; raise `HostRefused`."""
        text = self.key.replace("\r\n", "\n").strip() + "\n"
        if text.startswith("/") and "\n" not in text.strip():
            raise HostRefused(
                "the SSH key is the path of a file: pass --ssh-key file://$SSH_PRIVATE_KEY, which reads it"
            )
        try:
            return asyncssh.import_private_key(text)
        except asyncssh.KeyImportError as fault:
            raise HostRefused(
                f"the SSH key cannot be read ({fault}): SSH_PRIVATE_KEY must hold a key without passphrase"
            ) from None

    def pinned(self) -> list[asyncssh.SSHKey]:
        """The keys of git's known_hosts for this host, by its name or its address; raise `HostKeyUnknown`."""
        try:
            known = asyncssh.import_known_hosts(self.known_hosts)
        except ValueError as fault:
            raise HostKeyUnknown(
                f"known_hosts beside the compose file cannot be read: {fault}. Correct that line"
            ) from None
        matches = [known.match(name, "", self.port) for name in (self.name, self.address)]
        revoked = {key.public_data for match in matches for key in match[2]}
        keys = [key for match in matches for key in match[0] if key.public_data not in revoked]
        if not keys:
            raise HostKeyUnknown(f"there is no host key of {self.name} in git. {self.to_check}")
        return keys

    @property
    def to_check(self) -> str:
        """How a person gets the host's key and compares it."""
        port = "" if self.port == USUAL_PORT else f"-p {self.port} "
        return (
            f"Run `ssh-keyscan -t ed25519 {port}{self.address}`, compare its fingerprint at the host's own console "
            "(`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), then put the line into known_hosts beside the "
            "compose file"
        )
