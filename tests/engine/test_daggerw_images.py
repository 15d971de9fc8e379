"""What stands in for the images of a registry that cannot be reached."""

import re
from pathlib import Path
from typing import Final

from bootstrap import mirror
from tests.support.registry import Authority
from tests.support.registry.docker import docker

DEBIAN: Final = f"{mirror.HOST}/library/debian:bookworm-slim"
ITS_OWN: Final = Path("/usr/sbin/update-ca-certificates")  # of Debian, on this machine
# The certificates in the order of their sums, and the links: all that a TLS library reads.
TOLD: Final = """
told() {
  echo "# $1"
  (cd /tmp && rm -f one-* && csplit -sz -f one- -n 4 /etc/ssl/certs/ca-certificates.crt '/^-----BEGIN/' '{*}')
  sed -i '/^$/d' /tmp/one-* && sha256sum /tmp/one-* | cut -d ' ' -f 1 | sort
  cd /etc/ssl/certs && find . -type l -printf '%f %l\\n' | sort
}
"""
SCRIPT: Final = """
set -eu
told untouched
cp /given/*.crt /usr/local/share/ca-certificates && "$UPDATE" >/dev/null 2>&1 && told given
openssl verify -CApath /etc/ssl/certs /given/*.crt >&2
"$UPDATE" >/dev/null 2>&1 && told "given again"
rm /usr/local/share/ca-certificates/*.crt && "$UPDATE" --fresh >/dev/null 2>&1 && told "taken back"
"""


def collected(authority: Authority, update: str) -> dict[str, str]:
    """What a container trusts before, with and after an authority of the tests: sums and links, one a line."""
    given = f"{authority.certificates}:/given:ro"
    program = f"{ITS_OWN}:/debian/update-ca-certificates:ro"
    run = ("run", "--rm", "--volume", given, "--volume", program, "--env", f"UPDATE={update}", DEBIAN)
    _, *parts = re.split(r"^# (.+)\n", docker(*run, "sh", "-c", TOLD + SCRIPT) + "\n", flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_fast_update_of_authorities_leaves_what_debian_s_own_leaves(authority: Authority) -> None:
    fast = collected(authority, "update-ca-certificates")
    assert fast == collected(authority, "/debian/update-ca-certificates")
    assert len(fast["untouched"].splitlines()) < len(fast["given"].splitlines())
    assert (fast["given again"], fast["taken back"]) == (fast["given"], fast["untouched"])
