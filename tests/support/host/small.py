"""A compose project of three small services on the test host, and the calls of the pipeline on it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import httpx
from attrs import evolve, frozen

from ci.catalogue import Catalogue, load
from ci.compose.variables import env_file
from ci.host.deploy import Deployed, Status, bring, roll_back, status
from ci.host.site import Caller, Site
from ci.host.stack import GitFiles
from ci.host.wanted import Wanted
from ci.registry import Address, Registry
from ci.registry.link import Link, Login
from tests.support.host.apps import Behaviour, app
from tests.support.host.container import Container
from tests.support.host.host import Host
from tests.support.host.road import Road
from tests.support.registry import PUSHER, LiveRegistry
from tests.support.registry.accounts import PROJECT, Account
from tests.support.waiting import until

SERVICES: Final = ("gate", "shop", "desk")
TABLES: Final = """\
[kinds.app]
group = "backends"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1MB"
seconds = 1
health = "/health"
version = "/version"

[services.gate]
kind = "app"
published = 58081

[services.shop]
kind = "app"
published = 55001

[services.desk]
kind = "app"
group = "portals"
published = 53001

[hosts.cfa2]
address = "192.0.2.10"
user = "user"
directory = "/srv/cfa"
stable_for = 1
healthy_within = 25
compose = "deploy"
"""
ENTRY: Final = """\
  {name}:
    image: ${{{variable}_IMAGE:-${{CI_REGISTRY_IMAGE}}/{name}:dev}}
    environment: {{ IMAGE_REF: "${{{variable}_IMAGE:-${{CI_REGISTRY_IMAGE}}/{name}:dev}}" }}
    ports: ["{published}:8080"]
    restart: unless-stopped
    stop_grace_period: 10s
"""
_REACHED: Final = """
cd "$3/.releases"
until run=$(sed -n 's/^ "run": "\\(.*\\)",*$/\\1/p' "$1/release.json" 2>/dev/null) && grep -qs "$2" "run-$run.log"; do
  sleep 0.1
done
"""
WATCHED: Final = 5  # seconds in which a test can do something to a switch that watches its services
PASSWORD: Final = "a 'quoted' \"$value\""  # of .env on the host


@frozen(kw_only=True)
class Small:
    """`host` runs it, `registry` has its images; `road` is the way to the host, when it is not the network itself."""

    host: Host
    registry: LiveRegistry
    road: Road | None = None
    pull_within: int = 120  # seconds: the first pull brings the apps' base
    stable_for: int = 1  # seconds; a test of what happens meanwhile takes WATCHED
    healthy_within: int = 25  # seconds
    more: str = ""  # of the compose file, below its services
    project: str = "cfa"  # "other" is one with ports of its own

    @property
    def directory(self) -> str:
        return f"/srv/{self.project}"

    @property
    def catalogue(self) -> Catalogue:
        ours = load(TABLES)
        if self.project == "cfa":
            return ours
        services = tuple(evolve(service, published=service.published + 1) for service in ours.services)
        return evolve(ours, services=services, hosts=(evolve(ours.host("cfa2"), directory=self.directory),))

    @property
    def compose(self) -> str:
        published = {one.name: one.published for one in self.catalogue.services}
        entries = (ENTRY.format(name=name, variable=name.upper(), published=published[name]) for name in SERVICES)
        return f"name: {self.project}\nservices:\n{''.join(entries)}{self.more}"

    @property
    def variables(self) -> str:
        return f"# as in git\nCI_REGISTRY_IMAGE={self.registry.address}/{PROJECT}\nSECRET=\n"

    @property
    def site(self) -> Site:
        catalogue = self.catalogue
        via = ("127.0.0.1", self.road.port) if self.road else None
        return Site(
            host=evolve(
                catalogue.host("cfa2"),
                address=self.host.address,
                pull_within=self.pull_within,
                stable_for=self.stable_for,
                healthy_within=self.healthy_within,
            ),
            catalogue=catalogue,
            git=GitFiles(compose=self.compose, variables=self.variables),
            known_hosts=self.host.known_hosts.decode(),
            caller=Caller(key=self.host.private_key, by="a test", via=via),
        )

    def install(self) -> None:
        """What a person does once, by hand."""
        secret = env_file({"SECRET": PASSWORD})
        self.host.write(f"{self.directory}/docker-compose.yml", self.compose, owner="user")
        self.host.write(f"{self.directory}/.env", self.variables.replace("SECRET=\n", secret), owner="user")

    def release(self, name: str, **behaviours: Behaviour) -> Wanted:
        """Images of all three services, of this release and behaviour; put into the registry."""
        images = {
            service: self.image(service, behaviours.get(service, Behaviour(release=name))) for service in SERVICES
        }
        return Wanted(host="cfa2", directory=self.directory, commit=name, locked=name, images=images)

    def image(self, service: str, behaviour: Behaviour) -> str:
        return f"{self.registry.address}/{PROJECT}/{service}@{app(self.registry, service, behaviour)}"

    def tag(self, service: str, tag: str, ref: str) -> None:
        """Let a tag of the registry mean this image."""
        manifest = self.registry.manifest(f"{PROJECT}/{service}", ref.partition("@")[2])
        assert manifest
        self.registry.put(f"{PROJECT}/{service}", tag, manifest)

    async def deploy(self, wanted: Wanted, account: Account = PUSHER) -> Deployed:
        return await bring_from(self.registry.address, self.site, wanted, account)

    async def seed(self, wanted: Wanted) -> None:
        """Deploy what the test is not about."""
        done = await bring_from(self.registry.address, evolve(self, stable_for=0).site, wanted, PUSHER)
        assert self.images() == wanted.images, done

    async def roll_back(self, to: int | None = None) -> Deployed:
        return await roll_back(self.site, to)

    async def status(self) -> Status:
        return await status(self.site)

    def running(self) -> Mapping[str, Container]:
        """The containers of the project, by service."""
        return {
            name.split("-")[1]: container
            for name, container in self.host.containers().items()
            if name.startswith(f"{self.project}-")
        }

    def left(self) -> tuple[Mapping[str, str], set[str], str]:
        """What only this project's own calls may change: its containers, the images kept for it, its records."""
        containers = {name: container.id for name, container in self.running().items()}
        keeps = self.host.docker("image", "ls", "--filter", f"reference=ois-keep/*:{self.project}.*", "--quiet")
        return containers, {*keeps.split()}, self.host.sh(f"cd {self.directory}/.releases; sha256sum */release.json")

    def images(self) -> Mapping[str, str]:
        """The reference that each running service was asked for."""
        return {name: one.image for name, one in self.running().items()}

    def records(self) -> Mapping[int, Mapping[str, Any]]:
        texts = self.host.sh(
            f"for one in {self.directory}/.releases/[0-9]*/release.json; do tr '\\n' ' ' <$one; echo; done"
        )
        return {told["number"]: told for told in map(json.loads, filter(None, texts.splitlines()))}

    def journal(self, number: int) -> str:
        return self.host.read(f"{self.directory}/.releases/run-{self.records()[number]['run']}.log")

    def files(self) -> str:
        """Bytes, time and inode of what no deploy may change."""
        return self.host.sh(
            f"cd {self.directory}; sha256sum docker-compose.yml .env; stat -c '%n %Y %i' docker-compose.yml .env"
        )

    def answers(self, service: str) -> Mapping[str, Any]:
        published = self.catalogue.service(service).published
        told: Mapping[str, Any] = json.loads(self.host.run("curl", "-sf", f"http://127.0.0.1:{published}/version"))
        return told

    async def reached(self, number: int, step: str) -> None:
        """Wait until the journal of a release has this line."""
        arguments = (f"{number:06d}", step, self.directory)
        await asyncio.to_thread(self.host.run, "timeout", "60", "sh", "-c", _REACHED, "sh", *arguments)

    async def until_unlocked(self, seconds: float) -> None:
        """Wait until no switch holds the lock."""
        await asyncio.to_thread(until, self._unlocked, seconds, "a switch still holds the lock")

    def _unlocked(self) -> bool:
        return self.host.sh(f"flock -n {self.directory}/.releases/lock true && echo free || true") == "free"


async def bring_from(registry: str, site: Site, wanted: Wanted, account: Account) -> Deployed:
    """Deploy with a login to the registry of this address; only the host talks to it here."""
    who = Login(account.user, account.password)
    async with httpx.AsyncClient() as http:
        address = Address.parse(f"{registry}/{PROJECT}")
        return await bring(site, wanted, Registry(address, who, Link(address.host, who, http)))
