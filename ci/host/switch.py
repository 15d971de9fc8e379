"""The two effects on a host: images pulled, and the switch carried out by its own script."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from attrs import field, frozen

from ci.catalogue import Host
from ci.errors import DeployRefused, HostUnreachable
from ci.host import script
from ci.host.connection import Link
from ci.host.journal import is_number
from ci.host.orders import images, images_before, learned, record, stock, table
from ci.host.plan import Plan
from ci.host.release import FOLDER, Learned, State, folder_of
from ci.progress import say
from ci.registry import Registry

# Whole or not at all, and not while a switch reads it.
LEARN: Final = """\
cd "$1" && mkdir -p .releases && flock --timeout 20 .releases/lock sh -c '
  file=.releases/state
  printf "%s\\n" "$1" >$file.partial && sync $file.partial && mv $file.partial $file.json
' sh "$2"
"""
LEARN_SECONDS: Final = 30
SLACK_SECONDS: Final = 60
BESIDE: Final = 3  # pulls at once
ATTEMPTS: Final = 3  # of each, in pull.sh
LOGIN_REFUSED: Final = 10
BUSY: Final = 20
NOT_BEGUN: Final = 21


@frozen(kw_only=True)
class Ended:
    """How a switch ended: the state of its record, why, and what Compose said."""

    state: State
    reason: str
    said: str = field(repr=False)
    silent: Mapping[str, float] = field(factory=dict)  # seconds without an answer, by service of the compose file


async def pull(link: Link, made: Plan, host: Host, registry: Registry | None) -> None:
    """Fetch by digest what the host lacks; raise `DeployRefused`, nothing is touched by then."""
    wanted = made.wanted
    before = {f"{step.service}-before": step.back for step in made.changes if registry and "@" in step.back}
    needed = {**wanted.images, **before}  # also what a failure goes back to, which somebody may have removed
    words = [word for pair in needed.items() if pair[1] not in made.facts.present for word in pair]
    if not words:
        return
    if registry is None:
        raise DeployRefused(f"{wanted.host} no longer has {', '.join(words[::2])}: deploy a tag that names it")
    address, login = registry.address.host, registry.login
    answer = await link.ask(
        script("pull"),
        *(address, login.user, str(BESIDE), str(host.pull_within)),
        *words,
        seconds=len(words) * ATTEMPTS * host.pull_within + SLACK_SECONDS,
        stdin=login.password.encode(),
        tell=say,
    )
    if answer.code == LOGIN_REFUSED:
        raise DeployRefused(f"{address} refused the login of {login.user} from {wanted.host}: {_last(answer.text)}")
    if answer.code:
        raise DeployRefused(f"{wanted.host} could not pull from {address}, nothing was touched: {_last(answer.text)}")


async def switch(link: Link, made: Plan, host: Host, by: str) -> Ended:
    """Let the host carry out the plan, and wait; it ends by itself also when this caller is gone.

    Raise `DeployRefused` while nothing is touched, `HostUnreachable` when the end is not seen.
    """
    run, wanted = secrets.token_hex(8), made.wanted
    new = record(made, began=datetime.now(UTC).isoformat(timespec="seconds"), by=by, run=run)
    body = script("common", "switch")
    silent = dict[str, float]()

    def tell(line: str) -> None:
        match line.split(" "):
            case ["silent", service, seconds] if is_number(seconds):
                silent[service] = float(seconds)
            case _:
                say(line)

    answer = await link.ask(
        script("common", "lock", "start"),
        *(wanted.directory, made.project, run, hashlib.sha256(body.encode()).hexdigest(), body),
        *(folder_of(new.number), made.facts.fingerprint, str(host.stable_for), str(host.healthy_within)),
        *(table(made), stock(made, new), new.to_json().rstrip("\n"), images(new), images_before(made)),
        *(_source(made), f"release {new.number} by {by} since {new.began}", learned(made), *_copied(made, host)),
        seconds=_longest(made, host),
        tell=tell,
    )
    if answer.code == BUSY:
        raise busy(answer.text)
    if answer.code == NOT_BEGUN:
        raise DeployRefused(f"the switch did not begin on {wanted.host}: {_last(answer.text)}")
    first, _, rest = answer.text.strip().partition("\n")
    word, state, reason = (*first.split(" ", 2), "", "")[:3]
    if answer.code or word != "end":
        raise HostUnreachable(f"the switch on {wanted.host} did not end: {_last(answer.text)}; see `status`")
    if state == "refused":
        raise DeployRefused(f"{wanted.host}: {reason}")
    return Ended(state=State(state), reason=reason, said=rest, silent=silent)


def busy(owner: str) -> DeployRefused:
    """The error for a lock that a switch holds; `owner` is what the lock says of it."""
    return DeployRefused(f"another switch is going on: {owner.strip()}; call again when it has ended")


async def learn(link: Link, directory: str, learned: Learned) -> str:
    """Write what was learned of a release, while no switch reads it; return what went wrong, or nothing."""
    answer = await link.ask(LEARN, directory, learned.to_json(), seconds=LEARN_SECONDS)
    return answer.text if answer.code else ""


def _source(made: Plan) -> str:
    """The folder whose compose file is started: a rollback's is the earlier release's own, where it has one."""
    earlier = made.wanted.earlier
    return f"{FOLDER}/{folder_of(earlier)}" if earlier and earlier in made.facts.recorded else "."


def _copied(made: Plan, host: Host) -> Sequence[str]:
    """Git's files beside the compose file that a release keeps; none that Compose takes for a secret."""
    services = made.facts.project.services.values() if made.facts.project else ()
    hidden = {mount.source for service in services for mount in service.mounts if mount.kind == "secrets"}
    return [name for name in host.files if name not in hidden]


def _longest(made: Plan, host: Host) -> float:
    """Seconds after which a switch has ended, there and back: each wave has its limit for compose and for health."""
    waves = len({(step.entry.group, step.entry.is_job) for step in made.changes})
    return (waves + 2) * 2 * host.healthy_within + host.stable_for + SLACK_SECONDS


def _last(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
