"""What a person does in the demo, and what must come of it."""

from collections.abc import Mapping
from typing import Final

from ci.catalogue import load
from tests.demo.stage import PROGRAM, Stage
from tests.demo.terminal import Terminal, Unexpected
from tests.demo.visitor import sign_in
from tests.support.repository import ROOT
from tests.support.stand import MIRRORED

ALL: Final = len(load((ROOT / "services.toml").read_text(encoding="utf-8")).services)
NAME: Final = '"identity", args'
NEEDS: Final = (
    'System.Environment.GetEnvironmentVariable("IDENTITY_NAME") '
    '?? throw new System.InvalidOperationException("IDENTITY_NAME is not set"), args'
)
MENDED: Final = 'System.Environment.GetEnvironmentVariable("IDENTITY_NAME") ?? "identity", args'
PUBLISH: Final = "./daggerw call publish-all --allow-stand-ins --tag $(git rev-parse --short=8 HEAD) --tag dev"
SECRETS: Final = r"sed -i 's/\(PASSWORD\|SECRET\)=$/\1=$(openssl rand -hex 16)/' /srv/cfa/.env"
REALM: Final = "http://127.0.0.1:58080/realms/ois"
MEMORY: Final = """docker stats --no-stream --format "'{{.Name}} {{.MemUsage}}'\""""
PICTURE: Final = ROOT / "docs/demo.png"
IDENTITY: Final = "cfa-identity-service-1"


def tell(terminal: Terminal, stage: Stage) -> None:
    """From an empty host to a rollback; raise `Unexpected` where a step ends otherwise."""
    terminal.head("# A host from nothing to a rollback")
    terminal.say(
        "`make demo` printed and wrote this: real commands, in order, against",
        "a Docker host reached by SSH and a TLS registry with token authentication that it brought up for the time.",
        "Only the engine's own lines are left out.",
    )
    _prepare(terminal, stage)
    _deploy_first(terminal, stage)
    _break(terminal, stage)
    _mend(terminal, stage)
    _roll_back(terminal, stage)
    _look_back(terminal)
    _look(terminal, stage)


def _prepare(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## Once, by hand")
    terminal.say(
        "A clone in which the host's address, its key and the registry were written.",
        "`SSH_PRIVATE_KEY`, `CI_REGISTRY_IMAGE`, `CI_REGISTRY_USER` and `CI_REGISTRY_PASSWORD` are set, as in a job.",
    )
    terminal.type("git diff --stat && git commit --quiet --all --message 'Our host and registry'")
    terminal.type(
        "./daggerw call install", says="wrote docker-compose.yml, .env and realm-ois.json to /srv/cfa on cfa2; set"
    )
    terminal.say("The secrets are the host's own. A person sets them there; they are in no repository.")
    terminal.type(f'ssh cfa2 "{SECRETS}" && ssh cfa2 grep -c -e PASSWORD=. -e SECRET=. /srv/cfa/.env', says="4")
    for service, image in MIRRORED.items():
        stage.bring(stage.image_of(service), image)
    terminal.say("Keycloak is started once, with its database; no deploy touches either.")
    terminal.type("ssh cfa2 'cd /srv/cfa && docker compose up --detach keycloak'", says="keycloak-1  Started")
    terminal.type(
        f"ssh cfa2 'until curl -sf {REALM} >/dev/null; do sleep 1; done; curl -s {REALM}'", says='"realm":"ois"'
    )


def _deploy_first(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## The first deploy")
    terminal.say("All images are built and published; nothing runs on the host yet.")
    files = stage.files()
    terminal.type(PUBLISH, says=f"all {ALL} there")
    terminal.type("./daggerw call plan-deploy --allow-stand-ins", says=f"would change {ALL} of {ALL} services of cfa2")
    terminal.type("./daggerw call deploy --allow-stand-ins", says=f"to cfa2 as release 1: {ALL} changed, 0 kept")
    terminal.say("The gateway is well, and lets nobody through who shows no token.")
    terminal.type("ssh cfa2 curl -s http://127.0.0.1:58081/health", says='{"status":"ok"}')
    terminal.type("ssh cfa2 curl -s http://127.0.0.1:58081/api/identity/holders", says="there is no token")
    terminal.say("People can do what they come for: every service is asked, and somebody signs in at each portal.")
    terminal.type(
        "./daggerw call smoke", says=f"smoke of cfa2 is green: {ALL} services are well, 3 portals let people in"
    )
    terminal.say("And by a browser, with the tests of the whole that write nothing:")
    terminal.type("./daggerw call smoke --browser", says="tests in a browser passed")
    terminal.type("./daggerw call status", says="cfa2: release 1")
    terminal.say("What all of it takes of a host of 4 GB, just after; kafka and minio are behind a profile.")
    terminal.type(f"ssh cfa2 {MEMORY}", says="MiB")
    before = stage.identities()
    terminal.say("Repeating it touches nothing.")
    terminal.type("./daggerw call deploy --allow-stand-ins", says="nothing to do: cfa2 runs")
    _same(stage.identities(), before, "the containers after a deploy with nothing to do")
    _same(stage.files(), files, "the files on the host")


def _look(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## A browser")
    said = sign_in(stage.host.address, 53001, "irina", "dev-irina", PICTURE)
    if "Irina Orlova, issuer" not in said:
        raise Unexpected(f"the portal was to greet Irina, and says {said}")
    terminal.say(
        "Chromium opened portal-issuer at the host's address, was sent to Keycloak, signed in as irina and came back:",
        "the header names her and her role.",
    )
    terminal.say(f"![portal-issuer on the second host, with Irina signed in]({PICTURE.name})")


def _break(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## A release that does not work")
    terminal.say(
        "identity now needs a variable that nobody set on the host.",
        "It builds, it is published, and ends as soon as it starts.",
    )
    before, identities = stage.running(), stage.identities()
    _change(terminal, stage, NAME, NEEDS, "Identity takes its name from the environment")
    terminal.type(PUBLISH, says="1 built, 8 reused")
    text = terminal.type("./daggerw call deploy --allow-stand-ins", ends=1, says="rolled back to release 1")
    _last(text, "rolled back to release 1 (")
    terminal.say("The call failed, and its last line says how it ended. What ran before runs again, and was proven to:")
    terminal.type("./daggerw call status", says="cfa2: release 1")
    terminal.type("ssh cfa2 curl -s http://127.0.0.1:55001/health", says='{"status":"ok"}')
    _same(stage.running(), before, "what runs after the automatic rollback")
    _same(_others(stage.identities()), _others(identities), "the containers of services that were not changed")


def _mend(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## Mended")
    terminal.say("Only identity is replaced; the other eight keep their containers.")
    identities = stage.identities()
    _change(terminal, stage, NEEDS, MENDED, "Identity has a name where the environment gives none")
    terminal.type(PUBLISH, says="1 built, 8 reused")
    terminal.type("./daggerw call deploy --allow-stand-ins", says="to cfa2 as release 3: 1 changed, 8 kept")
    _same(_others(stage.identities()), _others(identities), "the containers of services that were not changed")


def _roll_back(terminal: Terminal, stage: Stage) -> None:
    terminal.head("## Back, by hand")
    terminal.say("The host still has the images of its last five healthy releases: no registry is asked.")
    image = stage.running()[IDENTITY]
    terminal.type("./daggerw call rollback", says="to cfa2 as release 4: 1 changed, 8 kept")
    if stage.running()[IDENTITY] == image:
        raise Unexpected("`rollback` left identity at the image of release 3")


def _look_back(terminal: Terminal) -> None:
    terminal.head("## What the host remembers")
    terminal.type("./daggerw call releases", says="rolled-back")
    terminal.type("./daggerw call logs --service identity --tail 5", says="Application started")
    terminal.type("./daggerw call deploy-report -o out/ && cat out/report.md", says="# cfa2: release 4")


def _change(terminal: Terminal, stage: Stage, old: str, new: str, message: str) -> None:
    stage.edit(PROGRAM, old, new)
    terminal.type(f"git diff --unified=0 sample | tail -n 2 && git commit --quiet --all --message '{message}'")


def _others(identities: Mapping[str, str]) -> dict[str, str]:
    return {name: one for name, one in identities.items() if name != IDENTITY}


def _last(text: str, begin: str) -> None:
    last = text.splitlines()[-1]
    if not last.startswith(begin):
        raise Unexpected(f'the last line was to begin with "{begin}", and is "{last}"')


def _same(one: object, other: object, what: str) -> None:
    if one != other:
        raise Unexpected(f"{what}: {one}, expected {other}")
