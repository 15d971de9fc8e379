"""The second Docker host as a test sees it: from inside as root or as its user, from outside by SSH."""

import shlex
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from attrs import frozen

from tests.support.host.container import Container, containers_of
from tests.support.waiting import until

_SECONDS: Final = 120
_READY_SECONDS: Final = 60
_LOG_LINES: Final = "60"
_INSPECT: Final = """
ids=$(docker ps --all --quiet --no-trunc)
[ -z "$ids" ] || docker inspect --type container $ids 2>/dev/null || true  # one may be gone by now
"""
_VERSIONS: Final = """
cat /etc/debian_version
docker version --format '{{.Server.Version}}'
docker compose version --short
basename "$(readlink /bin/sh)"
basename "$(readlink -f /usr/bin/awk)"
"""


class HostFailed(Exception):
    """A command on the host failed, or did not end in time."""


def _environment(process: int) -> Mapping[str, str]:
    """The variables of a process, as `docker exec` gives them to what it runs beside it."""
    words = Path(f"/proc/{process}/environ").read_text(encoding="utf-8").rstrip("\0").split("\0")
    return dict(word.split("=", 1) for word in words)


@frozen(kw_only=True)
class Host:
    """`address` and `name` lead to it on the Docker network; this machine reaches the address alone."""

    name: str
    process: int  # on this machine: the first of the host's own
    address: str
    private_key: str  # OpenSSH's format, for `user`
    known_hosts: bytes
    port: int = 22
    user: str = "user"
    directory: str = "/srv/cfa"

    def run(self, *argv: str, stdin: str = "") -> str:
        """Run a command as root and return its stdout, stripped."""
        return self._enter(argv, stdin).strip()

    def sh(self, script: str) -> str:
        """Run a shell script as root."""
        return self.run("sh", "-ec", script)

    def as_user(self, script: str) -> str:
        """Run a bash script as the user in their home, without SSH."""
        options = ("--user", self.user, "--workdir", f"/home/{self.user}")
        argv = ("bash", "-ec", script)
        return _ended(("docker", "exec", "--interactive", *options, self.name, *argv), argv).strip()

    def docker(self, *argv: str) -> str:
        """Ask the host's own Docker, as root."""
        return self.run("docker", *argv)

    def containers(self) -> Mapping[str, Container]:
        """All containers of the host's Docker by name, ended ones too."""
        return {each.name: each for each in containers_of(self.sh(_INSPECT))}

    def write(self, path: str, text: str, owner: str = "root") -> None:
        script = 'mkdir -p "${1%/*}"; cat >"$1"; chown "$2:" "$1"'
        self.run("sh", "-ec", script, "sh", path, owner, stdin=text)

    def read(self, path: str) -> str:
        """A file's text as it is."""
        return self._enter(("cat", path))

    def composes(self) -> Sequence[str]:
        """The versions of Compose that are there to be chosen."""
        return self.sh("cd /opt/compose && ls -d */docker-compose | cut -d/ -f1").split()

    def versions(self) -> tuple[str, ...]:
        """Debian's release, the versions of Docker and Compose, what /bin/sh and awk are."""
        return tuple(self.sh(_VERSIONS).splitlines())

    def use_compose(self, version: str) -> None:
        """Let `docker compose` be this version, until the next reset."""
        self.run("use-compose", version)

    def put(self, program: Path, place: str) -> None:
        """Copy a program of this machine into the host."""
        self.run("mkdir", "-p", str(PurePosixPath(place).parent))
        argv = ("docker", "cp", str(program), f"{self.name}:{place}")
        _ended(argv, argv)

    def reload(self) -> None:
        """Let sshd read its settings again (open connections stay); start it and dockerd where they do not run."""
        heard = self._listened()
        self.run("daemons")
        until(lambda: self._listened() > heard, _READY_SECONDS, "sshd does not listen")
        self.wait_until_ready()

    def reset(self) -> None:
        """Put it back as it was at first; only images stay."""
        self.run("reset")
        self.reload()
        self.run("empty")

    def wait_until_ready(self) -> None:
        until(self._is_ready, _READY_SECONDS, f"{self.name}: sshd or Docker does not answer")

    def logs(self) -> str:
        """What sshd and dockerd said since the last reset, the end of it: for the report of a failed test."""
        files = (f"/var/log/{name}.log" for name in ("prepare", "sshd", "dockerd"))
        return self.sh(f"tail --lines {_LOG_LINES} {' '.join(files)} 2>&1 || true")

    def _listened(self) -> int:
        return self.read("/var/log/sshd.log").count("Server listening")

    def _is_ready(self) -> bool:
        try:
            self.run("timeout", "5", "docker", "version")
            socket.create_connection((self.address, self.port), timeout=5).close()
        except (HostFailed, OSError):
            return False
        return True

    def _enter(self, argv: Sequence[str], stdin: str = "") -> str:
        """Run a command inside, as `docker exec` does by some processes more, which take a twentieth of a second."""
        command = ("nsenter", "--target", str(self.process), "--all", "--", *argv)
        return _ended(command, argv, stdin, _environment(self.process))


def _ended(command: Sequence[str], argv: Sequence[str], stdin: str = "", env: Mapping[str, str] | None = None) -> str:
    """Wait for a command; return its stdout, or raise `HostFailed` with `argv`, what it runs on the host."""
    try:
        done = subprocess.run(  # noqa: S603  # arguments of our own
            command, input=stdin, capture_output=True, text=True, timeout=_SECONDS, check=False, env=env
        )
    except subprocess.TimeoutExpired:
        raise HostFailed(f"{shlex.join(argv)}: no end in {_SECONDS} s") from None
    if done.returncode != 0:
        raise HostFailed(f"{shlex.join(argv)}: {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
