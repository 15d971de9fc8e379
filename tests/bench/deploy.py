"""Deploys over a slow link, in turn with the two commands that a person would type there."""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from attrs import asdict, evolve, field, frozen

from ci.host.report import verdict
from ci.host.wanted import Wanted
from tests.bench.outage import outage
from tests.bench.section import Section, outcome, seconds_told
from tests.support.host import Behaviour, docker_host
from tests.support.host.openssh import ssh_to
from tests.support.host.road import road
from tests.support.host.small import Small, bring_from
from tests.support.registry import PUSHER
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place

ROUNDS: Final = 3
LINKS: Final = (0, 50, 200)  # milliseconds there and back
CHANGED: Final = "shop"
BY_TAG, BY_DIGEST = "ssh: compose pull, up; the commit's tag", "ssh: compose pull, up; that one's digest"
OURS: Final = "deploy, one service changed"
HEAD: Final = (
    "link",
    "what",
    "median",
    "spread",
    "without an answer",
    "containers restarted",
    "round trips",
    "a deploy is to have",
)


@frozen(kw_only=True)
class Trial:
    """What one run cost."""

    seconds: float
    silent: float
    restarted: int
    turns: int


@frozen(kw_only=True)
class Bench:
    """Three small services at the end of a slow road; `shell` has the variables in which `ssh cfa2` takes it too."""

    small: Small
    shell: Mapping[str, str]
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def runs(self) -> Wanted:
        """What the host is to run next: another image of one service."""
        number = next(self._numbers)
        first = self.small.release("first")
        changed = self.small.image(CHANGED, Behaviour(release=f"{number}"))
        return evolve(first, commit=f"c{number}", locked=f"{number:09}", images={**first.images, CHANGED: changed})

    def deploy(self, wanted: Wanted, says: str = "deployed") -> None:
        site = self.small.site
        usual = evolve(site, host=evolve(site.host, stable_for=12, healthy_within=120))  # as a host has by default
        line = verdict(asyncio.run(bring_from(self.small.registry.address, usual, wanted, PUSHER)))
        assert line.startswith(says), line

    def tags(self, wanted: Wanted) -> Mapping[str, str]:
        """The same images by the commit's tag, which names all three anew whatever has changed."""
        for name, image in wanted.images.items():
            self.small.tag(name, wanted.commit, image)
        return {name: f"{image.partition('@')[0]}:{wanted.commit}" for name, image in wanted.images.items()}

    def type(self, images: Mapping[str, str]) -> None:
        """Compose's own two commands, for these services."""
        variables = " ".join(f"{name.upper()}_IMAGE={image}" for name, image in images.items())
        for order in ("pull --quiet", "up --detach --quiet-pull"):
            line = f"cd /srv/cfa && {variables} docker compose {order} {' '.join(images)}"
            subprocess.run(("ssh", "cfa2", line), env={**os.environ, **self.shell}, capture_output=True, check=True)  # noqa: S603, S607

    def tried(self, act: Callable[[], object]) -> Trial:
        before, way = self.small.running(), self.small.road
        assert way
        with ExitStack() as stack:
            published = (service.published for service in self.small.catalogue.services)
            seen = [
                stack.enter_context(outage(f"http://{self.small.host.address}:{port}/health")) for port in published
            ]
            way.count_anew()
            started = time.monotonic()
            act()
            seconds, turns = time.monotonic() - started, way.turns
        after = self.small.running()
        restarted = sum(one.started_at != before[name].started_at for name, one in after.items())
        return Trial(seconds=seconds, silent=sum(one.seconds for one in seen), restarted=restarted, turns=turns)


def measured() -> Section:
    """Medians of some rounds in turn, after one that warms them."""
    trials = {(link, name): each for link in LINKS for name, each in _over(link).items()}
    return Section(
        title="A deploy of three small services over a link, and the two commands that a person would type",
        head=HEAD,
        cells=[
            (f"{link} ms", name, *_cells(each), _to_reach(name, each, trials[link, OURS]))
            for (link, name), each in trials.items()
        ],
        rows=[
            {"link": link, "case": name, "trials": [asdict(one) for one in each]}
            for (link, name), each in trials.items()
        ],
        bars={f"{name}, {link} ms": median(one.seconds for one in each) for (link, name), each in trials.items()},
        said="Without the call itself, which the first section has. Twelve seconds of a deploy are `stable_for`, in "
        "which the new container is watched and answers. The image of one service has changed; a commit's tag is new "
        "for all three, so that Compose makes all three anew. Times without an answer are summed over the three.",
    )


def _over(link: int) -> Mapping[str, list[Trial]]:
    with _bench(link / 1000) as bench:
        bench.deploy(bench.runs())
        rounds = [_round(bench) for _ in range(ROUNDS + 1)][1:]
    return {name: [each[name] for each in rounds] for name in rounds[0]}


def _round(bench: Bench) -> Mapping[str, Trial]:
    before, tagged, typed, wanted = bench.runs(), bench.tags(bench.runs()), bench.runs(), bench.runs()
    one = {CHANGED: typed.images[CHANGED]}
    bench.type(bench.tags(before))
    by_tag = bench.tried(lambda: bench.type(tagged))
    bench.deploy(before)
    return {
        BY_TAG: by_tag,
        BY_DIGEST: bench.tried(lambda: bench.type(one)),
        "ssh: the same again, nothing to do": bench.tried(lambda: bench.type(one)),
        OURS: bench.tried(lambda: bench.deploy(wanted)),
        "deploy, nothing to do": bench.tried(lambda: bench.deploy(wanted, "nothing to do")),
    }


def _cells(trials: list[Trial]) -> tuple[str, ...]:
    return (
        *seconds_told([one.seconds for one in trials]),
        f"{_silent(trials):.1f} s",
        f"{_restarted(trials):.0f} of 3",
        f"{median(one.turns for one in trials):.0f}",
    )


def _to_reach(name: str, typed: list[Trial], ours: list[Trial]) -> str:
    if name not in {BY_TAG, BY_DIGEST}:
        return ""
    silence = outcome("less time without an answer", reached=_silent(ours) < _silent(typed))
    return f"{silence}, {outcome('fewer restarts', reached=_restarted(ours) < _restarted(typed))}"


def _silent(trials: list[Trial]) -> float:
    return median(one.silent for one in trials)


def _restarted(trials: list[Trial]) -> float:
    return median(one.restarted for one in trials)


@contextmanager
def _bench(link: float) -> Iterator[Bench]:
    place = Place()
    authority = kept_authority(place.keep)
    with (
        live_registry(place, authority) as registry,
        docker_host(place, authority) as host,
        road(host.address, delay=link / 2) as way,
        TemporaryDirectory() as folder,
    ):
        small = Small(host=host, registry=registry, road=way)
        small.install()
        host.as_user(f"echo '{PUSHER.password}' | docker login -u {PUSHER.user} --password-stdin {registry.address}")
        shell = ssh_to(host, "cfa2", Path(folder, "ssh"), address="127.0.0.1", port=way.port)
        yield Bench(small=small, shell=shell)
