"""Reports to look at: runs and releases as data, the calm ones and the awkward ones."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from posixpath import dirname
from typing import Final

from attrs import evolve

from ci.catalogue import load
from ci.checks.outcome import Outcome, Tally
from ci.checks.outcome import Status as Tested
from ci.checks.report import page_of as page_of_tests
from ci.host.container import Container
from ci.host.deploy import Status
from ci.host.facts import Facts
from ci.host.journal import Journal
from ci.host.page import page_of as page_of_host
from ci.host.page import unreachable
from ci.host.release import Release, State
from ci.host.stack import HostedService
from ci.lock import Image, Lock
from ci.lock import Status as Came
from ci.page.page import Page
from ci.run import nothing
from ci.run import page_of as page_of_run

ROOT: Final = Path(__file__).parents[2]
CATALOGUE: Final = load((ROOT / "services.toml").read_text(encoding="utf-8"))
SERVICES: Final = tuple(
    HostedService(
        name=f"{service.name}-service" if service.kind == "dotnet" and service.name != "api-gateway" else service.name,
        label=service.name,
        service=service.name,
        group=service.group,
    )
    for service in CATALOGUE.services
)
NAMES: Final = tuple(one.name for one in CATALOGUE.services)
LINE: Final = (
    "services/issuance/Program.cs(9,5): error CS1002: ; expected, and the rest of a line that no screen has room "
    "for: /src/services/issuance/obj/Release/netcoreapp3.1/Ois.Issuance.AssemblyInfo.cs and <b>more</b>"
)
UNBROKEN: Final = f"npm error https://example.test/{'a' * 90}"

# As ci/matrix.py begins them within 2 GB: begin, seconds, size in megabytes, and whether `dev` had the same.
BUILT: Final[Mapping[str, tuple[float, float, int, bool]]] = {
    "api-gateway": (0.0, 0.3, 87, True),
    "identity": (62.6, 18.4, 87, False),
    "issuance": (62.6, 17.9, 87, False),
    "registry": (0.0, 0.3, 87, True),
    "settlement": (0.0, 0.4, 87, True),
    "compliance": (0.0, 0.3, 87, True),
    "portal-issuer": (0.0, 62.6, 141, False),
    "portal-investor": (0.0, 66.1, 141, False),
    "backoffice": (0.0, 0.4, 141, True),
}
OTHER: Final = (0.0, 0.3, 87, True)  # a service that came later


def digest(*words: str) -> str:
    return f"sha256:{sha256(' '.join(words).encode()).hexdigest()}"


def image(name: str) -> Image:
    began, seconds, megabytes, same = BUILT.get(name, OTHER)
    folder = dirname(CATALOGUE.service(name).dockerfile)
    return Image(
        service=name,
        status=Came.REUSED if same else Came.BUILT,
        cause=f"same inputs as {digest(name, 'old')[:19]}" if same else f"{folder} changed since dev (5c1b7f30)",
        inputs="k",
        seconds=seconds,
        size=megabytes * 1_000_000,
        ref=f"registry.gitlab.com/ois/cfa/{name}",
        digest=digest(name, "old" if same else "new"),
        began=began,
        memory=0 if same else CATALOGUE.service(name).memory,
        before=digest(name, "old"),
    )


RUN: Final = Lock(
    commit="a02439e5",
    created="2026-11-25T01:12:58+00:00",
    requested=NAMES,
    images=tuple(map(image, NAMES)),
    budget=2_000_000_000,
    before="5c1b7f30",
)


def red(lock: Lock, causes: Mapping[str, str]) -> Lock:
    """The same run, in which these services failed."""
    images = tuple(
        evolve(one, status=Came.FAILED, cause=causes[one.service], digest=None, ref=None, size=None)
        if one.service in causes
        else one
        for one in lock.images
    )
    return evolve(lock, images=images)


RED: Final = red(RUN, {"issuance": LINE, "portal-investor": UNBROKEN})
JOURNAL: Final = """\
1795569218 wave identity-service issuance-service
1795569221 well identity-service
1795569222 well issuance-service
1795569222 wave portal-issuer portal-investor
1795569226 well portal-issuer
1795569228 well portal-investor
1795569228 steady
1795569240 silent identity-service 1.9
1795569240 silent issuance-service 2.2
1795569240 silent portal-issuer 1.1
1795569240 silent portal-investor 0.9
1795569240 end healthy all answer
"""
TAKEN_BACK: Final = """\
1795569218 wave identity-service issuance-service
1795569221 well identity-service
1795569278 failed issuance-service answers 503 at http://127.0.0.1:55005/health
1795569278 back
1795569278 wave identity-service issuance-service
1795569281 well identity-service
1795569282 well issuance-service
1795569282 silent identity-service 3.4
1795569282 silent issuance-service 62.8
1795569282 end rolled-back issuance-service answers 503 at http://127.0.0.1:55005/health
"""


def reference(name: str, what: str) -> str:
    return f"registry.gitlab.com/ois/cfa/{name}@{digest(name, what)}"


def seen(state: State, changed: tuple[str, ...]) -> Status:
    """A host after a release of these services that ended so."""
    before = {name: reference(name, "old") for name in NAMES}
    new = {name: reference(name, "new" if name in changed else "old") for name in NAMES}
    told = {"locked": "2026-11-25", "order": None, "began": "2026-11-25T01:13:37+00:00", "by": "hand"}
    first = Release(number=3, state=State.HEALTHY, commit="5c1b7f30", run="r3", images=before, **told)  # type: ignore[arg-type]
    last = Release(
        number=4,
        state=state,
        commit="a02439e5",
        run="r4",
        images=new,
        changed=changed,
        before={name: before[name] for name in changed},
        causes=dict.fromkeys(changed, "new image"),
        **told,  # type: ignore[arg-type]
    )
    running = new if state is State.HEALTHY else before
    containers = tuple(_container(service.name, running[service.service]) for service in SERVICES)
    ended = TAKEN_BACK.rstrip().splitlines()[-1].partition("rolled-back ")[2]
    facts = Facts(releases=(first, last), containers=containers, ended="all answer" if running is new else ended)
    return Status(host="cfa2", services=SERVICES, facts=facts, faults=())


def _container(name: str, ran: str) -> Container:
    return Container(
        service=name,
        name=f"cfa-{name}-1",
        id=name,
        image=ran,
        state="running",
        health="healthy",
        restarts=0,
        started="2026-11-25T01:13:40Z",
    )


def release(state: State, journal: str, *changed: str) -> Page:
    return page_of_host(seen(state, changed), Journal.parse(journal))


CHANGED: Final = ("identity", "issuance", "portal-issuer", "portal-investor")
BACK: Final = release(State.ROLLED_BACK, TAKEN_BACK, "identity", "issuance")
TESTED: Final = tuple(
    Outcome(
        service=name,
        status=Tested.REUSED if same else Tested.PASSED,
        cause="passed before with the same inputs, at 5c1b7f30" if same else "",
        tally=Tally(tests=12, lines=140, covered=97) if megabytes > 100 else Tally(tests=17, skipped=1),
        seconds=0 if same else seconds,
        began=None if same else began,
    )
    for name, (began, seconds, megabytes, same) in BUILT.items()
)
FAULTS: Final = ("AssetTests.A_price_is_above_zero(0): Expected: <Ois.Domain.Refusal>", f"{LINE}: {UNBROKEN}")
RED_TESTS: Final = (
    evolve(
        TESTED[0],
        status=Tested.FAILED,
        cause=f"{FAULTS[0]}, and 1 more",
        tally=Tally(tests=12, failed=2, faults=FAULTS),
    ),
    evolve(TESTED[1], status=Tested.FAILED, cause=LINE, tally=Tally()),
    *TESTED[2:-1],
    Outcome(service="backoffice", status=Tested.UNTESTED, cause="the catalogue names no test command"),
)
PAGES: Final[Mapping[str, Page]] = {
    "run": page_of_run(RUN, RUN),
    "red": page_of_run(RED, None),
    "nothing": nothing("abc1234", "registry.gitlab.com/ois/cfa/ci/lock:abc1234 does not exist"),
    "tests": page_of_tests(TESTED, "4fc9d21e"),
    "red-tests": page_of_tests(RED_TESTS, "4fc9d21e"),
    "release": release(State.HEALTHY, JOURNAL, *CHANGED),
    "taken-back": BACK,
    "short": evolve(BACK, rows=(evolve(BACK.rows[2], name="shop"),)),
    "unreachable": unreachable("cfa2", "cfa2 (192.0.2.10:22) does not answer within 15 s: is it up?"),
}
