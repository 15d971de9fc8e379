"""`ssh cfa2` and `scp … cfa2:` on this machine: the clients of OpenSSH, configured in a folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Final

from tests.support.host.host import Host, HostFailed

PROGRAMS: Final = ("ssh", "scp")
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
exec {program} -F {place}/config "$@"
"""


def ssh_to(host: Host, name: str, place: Path, *, address: str = "", port: int = 0) -> Mapping[str, str]:
    """The variables of a shell in which `ssh NAME` leads to the host, through another address where one is given."""
    place.mkdir(parents=True)
    place.joinpath("key").touch(mode=0o600)
    place.joinpath("key").write_text(host.private_key)
    place.joinpath("known_hosts").write_bytes(host.known_hosts)
    where = {"name": name, "address": address or host.address, "port": port or host.port, "user": host.user}
    place.joinpath("config").write_text(_CONFIG.format(place=place, alias=host.address, **where))
    for program in PROGRAMS:
        file = place / "bin" / program
        file.parent.mkdir(exist_ok=True)
        file.write_text(_PROGRAM.format(program=_found(program), place=place))
        file.chmod(0o755)
    return {"PATH": f"{place}/bin:{os.environ['PATH']}"}


def _found(program: str) -> str:
    path = which(program)
    if path is None:
        raise HostFailed(f"there is no {program} on this machine: install the package openssh-client")
    return path
