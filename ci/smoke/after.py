"""A look at a host before and after a deploy; what turned red by it takes it back."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from attrs import evolve

from ci.catalogue.tables import SmokeTable
from ci.errors import DeployFailed, DeployRefused, PipelineError
from ci.host.deploy import Asked, Deployed, deploy, roll_back
from ci.host.release import State
from ci.host.report import verdict as deployed_verdict
from ci.host.site import Site
from ci.host.switch import learn
from ci.progress import say
from ci.registry.access import Access
from ci.smoke.smoke import Look, Status, person_of, reds, run_checks, verdict

UNTOUCHED: Final = "smoke turned red, and the deploy had nothing to do: {} runs what it ran"
RED_BEFORE: Final = "red before"  # by what was red without this deploy too, so it is not taken back


async def deploy_with_smoke(site: Site, access: Access, asked: Asked, *, smoke: bool) -> Deployed:
    """Deploy; with `smoke` check before it, and after it unless the deploy failed by itself.

    Raise `DeployFailed` when a check fails that did not fail before, with what ran before brought back by a second
    transaction. A check that failed before, such as Keycloak being down, is printed and forbids no deploy. Else as
    `deploy`. The release keeps what was red before it: a call that is repeated after its switch still knows what the
    release broke.
    """
    if not smoke:
        return await deploy(site, access, asked)
    person = person_of(site)
    before = red_checks(await run_checks(site, person))
    done = await deploy(site, access, evolve(asked, red_before=before))
    if not done.ended or done.ended.state is State.HEALTHY:
        await judge(site, done, person, before)
    return done


async def judge(site: Site, done: Deployed, person: SmokeTable | None, before: Collection[str]) -> None:
    """Check the host again and compare with `before`; write beside the release how that ended."""
    after = await run_checks(site, person)
    say(verdict(after, site.host.name))
    number, known = _judged(done, before)
    turned = turned_red(known, after)
    status = Status.RED if turned else RED_BEFORE if reds(after) else Status.GREEN
    if number is not None:
        await _mark(site, number, status)  # first: nobody may be rolled back to it, also when this call ends here
    if turned:
        last = UNTOUCHED.format(site.host.name) if number is None else await _back(site, number)
        raise DeployFailed("\n".join((*reds(turned), last)))


def _judged(done: Deployed, before: Collection[str]) -> tuple[int | None, Collection[str]]:
    """The release that the checks decide about, and what was red before it; None when that was decided before."""
    running = done.before
    if done.ended:
        return done.plan.facts.number, before if running else ()
    if running and running.red_before is not None and running.smoke in {"", Status.RED}:
        return running.number, running.red_before  # the call that switched to it did not come so far
    return None, before


def red_checks(looks: Iterable[Look]) -> tuple[str, ...]:
    """The names of the checks that are red, as a release keeps them."""
    return tuple(f"{look.service} {look.did}" for look in looks if look.status is Status.RED)


def turned_red(before: Collection[str], after: Sequence[Look]) -> tuple[Look, ...]:
    """The looks that are red now and were not."""
    return tuple(look for look in after if set(red_checks([look])) - set(before))


async def _back(site: Site, number: int) -> str:
    """The last line: how the way back ended, or why there is none."""
    host = site.host.name
    try:
        back = await roll_back(site, None, last=number)
    except DeployRefused as refused:
        return f"smoke of release {number} is red, and it was left as it is: {'; '.join(refused.faults)}"
    except PipelineError as fault:
        return f"ROLLBACK FAILED on {host} after a red smoke: {fault}"
    if back.ended and back.ended.state is not State.HEALTHY:
        return deployed_verdict(back)
    return f"rolled back to {back.plan.wanted.commit}: smoke of release {number} was red"


async def _mark(site: Site, number: int, status: str) -> None:
    """Write it beside the release; a host that cannot is told, the deploy has ended all the same."""
    try:
        async with site.open() as link:
            learned = (await site.look(link)).learned.with_smoke(number, status)
            fault = await learn(link, site.host.directory, learned)
    except PipelineError as broken:
        fault = str(broken)
    if fault:
        say(f"the record of release {number} does not say that smoke was {status}: {fault}")
