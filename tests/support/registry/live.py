"""A registry as GitLab has it, running: Debian's registry in a container, and the front in this process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from attrs import frozen

from tests.support.registry.accounts import ACCOUNTS, Account
from tests.support.registry.authority import Authority
from tests.support.registry.backend import backend
from tests.support.registry.docker import address_on, docker, logs
from tests.support.registry.faults import Faults
from tests.support.registry.forwarder import forwarder
from tests.support.registry.front import Front
from tests.support.registry.journal import Journal, Kind, Request
from tests.support.registry.listeners import listening
from tests.support.registry.place import Place
from tests.support.registry.store import Manifest, Store
from tests.support.registry.token_endpoint import TokenEndpoint
from tests.support.registry.tokens import Signer

_STORY_LINES: Final = 40


@frozen(kw_only=True)
class LiveRegistry:
    """`address` is for engines and hosts on the Docker network, `local` for this machine."""

    address: str
    local: str
    network_addresses: Mapping[str, str]  # by the names that the Docker network knows
    authority: Authority
    container: str
    store: Store
    faults: Faults
    journal: Journal

    def mark(self) -> int:
        return self.journal.mark()

    def requests(self, since: int = 0, *kinds: Kind) -> tuple[Request, ...]:
        """The requests after a mark; of these kinds only, if any is given."""
        return tuple(each for each in self.journal.requests(since) if not kinds or each.kind in kinds)

    def tags(self, name: str) -> tuple[str, ...]:
        return self.store.tags(name)

    def manifest(self, name: str, reference: str) -> Manifest | None:
        return self.store.manifest(name, reference)

    def same(self, name: str, one: str, other: str) -> bool:
        """Whether two tags name the same manifest; one that is not there names none."""
        first, second = self.manifest(name, one), self.manifest(name, other)
        return first is not None and second is not None and first.digest == second.digest

    def put(self, name: str, reference: str, manifest: Manifest) -> None:
        self.store.put(name, reference, manifest)

    def delete(self, name: str, digest: str) -> None:
        self.store.delete(name, digest)

    def untag(self, name: str, tag: str) -> None:
        """Take a tag from its image, as a cleanup policy of GitLab does; this registry's API has nothing for it."""
        tags = f"/data/docker/registry/v2/repositories/{name}/_manifests/tags"
        docker("exec", self.container, "rm", "-r", f"{tags}/{tag}")

    def story(self) -> str:
        """What happened here last, for the report of a failed test."""
        requests = (str(request) for request in self.journal.requests()[-_STORY_LINES:])
        faults = (f"in force: {fault}" for fault in self.faults.active())
        log = logs(self.container, "--tail", str(_STORY_LINES))
        return "\n".join((*requests, *faults, "", log))


@contextmanager
def live_registry(
    place: Place, authority: Authority, accounts: Sequence[Account] = ACCOUNTS, *, oauth: bool = False
) -> Iterator[LiveRegistry]:
    """Start everything, and end it and forget its content at the end."""
    signer, faults, journal = Signer(), Faults(), Journal()
    gateway, names = place.gateway(), (place.registry_host, place.token_host)
    context = authority.server_context(*names, "localhost", "127.0.0.1", gateway)
    with backend(place.registry_image(), signer) as (container, store):
        front = Front(
            upstream_port=store.port,
            registry=place.registry,
            token_server=place.token_server,
            tokens=TokenEndpoint(signer, accounts, oauth),
            faults=faults,
            journal=journal,
        )
        with (
            listening(front.connected, context, "127.0.0.1", gateway) as (local_port, network_port),
            forwarder(place, names, place.port, gateway, network_port) as forwarding,
        ):
            network_address = docker("inspect", "--format", address_on(place.network), forwarding)
            yield LiveRegistry(
                address=place.registry,
                local=f"127.0.0.1:{local_port}",
                network_addresses=dict.fromkeys(names, network_address),
                authority=authority,
                container=container,
                store=store,
                faults=faults,
                journal=journal,
            )
