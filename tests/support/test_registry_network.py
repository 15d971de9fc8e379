"""The test registry is found by its names on the Docker network, and leaves nothing behind."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from attrs import evolve

from tests.support.registry import Authority, Cut, Fault, LiveRegistry, Place, live_registry, pulls
from tests.support.registry.docker import DockerFailed, docker
from tests.support.waiting import until

PROBE = """
import ssl, sys, urllib.error, urllib.request
context = ssl.create_default_context(cafile="/ca.crt")
for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, context=context).status)
    except urllib.error.HTTPError as answer:
        print(answer.code)
    except (OSError, urllib.error.URLError) as fault:
        print(type(getattr(fault, "reason", fault)).__name__)
"""
HOLD = """
import signal
from attrs import evolve
from tests.support.registry import Place, live_registry
from tests.support.registry.authority import kept_authority
place = Place(registry_host="killed.test", token_host="killed-auth.test")
with live_registry(place, kept_authority(place.keep)) as registry:
    print(registry.container, flush=True)
    signal.pause()
"""


def probe(place: Place, authority: Authority, *urls: str) -> list[str]:
    """What a container of the network gets."""
    options = ("--network", place.network, "--volume", f"{authority.file}:/ca.crt:ro")
    return docker("run", "--rm", *options, place.python_image(), "python3", "-c", PROBE, *urls).split()


def test_its_names_lead_to_it(registry: LiveRegistry, place: Place, authority: Authority) -> None:
    token_url = f"https://{place.token_server}/jwt/auth"
    assert probe(place, authority, f"https://{registry.address}/v2/", token_url) == ["401", "403"]


def test_a_cut_reaches_a_client_on_the_network(registry: LiveRegistry, place: Place, authority: Authority) -> None:
    registry.faults.add(Fault(path="/v2/", effect=Cut(after=0)))
    assert probe(place, authority, f"https://{registry.address}/v2/") == [
        "RemoteDisconnected"
    ]  # Python's word for a reset


@pytest.mark.usefixtures("registry")
def test_a_second_one_of_the_same_name_is_refused(place: Place, authority: Authority) -> None:
    with (
        pytest.raises(DockerFailed, match=rf"{place.registry_host} is taken on network"),
        live_registry(place, authority),
    ):
        pass


def test_its_containers_end_with_it(place: Place, authority: Authority) -> None:
    with live_registry(evolve(place, registry_host="brief.test", token_host="brief-auth.test"), authority) as brief:
        assert running(brief.container)
    assert not running(brief.container)


def test_its_containers_end_when_the_test_run_is_killed() -> None:
    with subprocess.Popen((sys.executable, "-c", HOLD), stdout=subprocess.PIPE, text=True) as held:  # noqa: S603  # ours
        assert held.stdout
        name = held.stdout.readline().strip()
        assert running(name)
        held.kill()
    until(lambda: not running(name), 10, "its container still runs")


def test_the_mirror_tells_what_was_pulled_from_it(place: Place) -> None:
    before = datetime.now(UTC)
    assert pulls(place.mirror, before) == ()
    docker("manifest", "inspect", "--insecure", place.python_image())
    assert any(pull.path.startswith("/v2/library/python/manifests/") for pull in pulls(place.mirror, before))


def running(name: str) -> bool:
    return name in docker("ps", "--all", "--filter", f"name=^{name}$", "--format", "{{.Names}}")
