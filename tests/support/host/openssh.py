"""`ssh cfa2` for a person or a program on this machine: OpenSSH's own client, configured in a folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Final

from tests.support.host.host import Host, HostFailed

_CONFIG: Final = """\
Host {name}
  HostName {address}
  Port {port}
  User {user}
  IdentityFile {place}/key
  IdentitiesOnly yes
  UserKnownHostsFile {place}/known_hosts
  HostKeyAlias {alias}
  LogLevel ERROR
"""
_PROGRAM: Final = """\
#!/bin/sh
exec {ssh} -F {place}/config "$@"
"""


def ssh_to(host: Host, name: str, place: Path, *, address: str = "", port: int = 0) -> Mapping[str, str]:
    """The variables of a shell in which `ssh NAME` leads to the host, through another address where one is given."""
    ssh = which("ssh")
    if ssh is None:
        raise HostFailed("there is no ssh on this machine: install the package openssh-client")
    place.mkdir(parents=True)
    place.joinpath("key").touch(mode=0o600)
    place.joinpath("key").write_text(host.private_key)
    place.joinpath("known_hosts").write_bytes(host.known_hosts)
    where = {"name": name, "address": address or host.address, "port": port or host.port, "user": host.user}
    place.joinpath("config").write_text(_CONFIG.format(place=place, alias=host.address, **where))
    program = place / "bin/ssh"
    program.parent.mkdir()
    program.write_text(_PROGRAM.format(ssh=ssh, place=place))
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}"}
