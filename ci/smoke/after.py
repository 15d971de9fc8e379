"""A look at a host before and after a deploy; what turned red by it takes it back."""

from collections.abc import Sequence
from typing import Final

from ci.catalogue.tables import SmokeTable
from ci.errors import DeployFailed, DeployRefused, PipelineError
from ci.host.deploy import Asked, Deployed, deploy, roll_back, status
from ci.host.release import State
from ci.host.report import verdict as deployed_verdict
from ci.host.site import Site
from ci.host.switch import say
from ci.registry.access import Access
from ci.smoke.smoke import Look, Status, person_of, reds, run_checks, verdict

# What is learned of a release after its switch: whole or not at all, and not while another switch reads it.
MARK: Final = """\
cd "$1" && flock --timeout 20 .releases/lock sh -c '
  file=.releases/state
  printf "%s\\n" "$1" >$file.partial && sync $file.partial && mv $file.partial $file.json
' sh "$2"
"""
RED_BEFORE: Final = "red before"  # by what was red without this deploy too, so it is not taken back
SECONDS: Final = 30


async def deploy_with_smoke(site: Site, access: Access, asked: Asked, *, smoke: bool) -> Deployed:
    """Deploy; with `smoke` look before it, and after it unless the deploy failed by itself.

    Raise `DeployFailed` when something turned red, with what ran before brought back by a second transaction. What was
    red before, Keycloak being down for one, is told and forbids no deploy. Else as `deploy`.
    """
    if not smoke:
        return await deploy(site, access, asked)
    person = person_of(site)
    before = await run_checks(site, person)
    done = await deploy(site, access, asked)
    if not done.ended or done.ended.state is State.HEALTHY:
        await look(site, done, person, before)
    return done


async def look(site: Site, done: Deployed, person: SmokeTable | None, before: Sequence[Look]) -> None:
    """Look at the host and compare; write into the release's record how that ended."""
    after = await run_checks(site, person)
    say(verdict(after, site.host.name))
    turned = reds(turned_red(before if done.before else (), after))
    if not turned:
        await _mark(site, done, RED_BEFORE if reds(after) else Status.GREEN)
        return
    last = await _back(site, done)
    await _mark(site, done, Status.RED)
    raise DeployFailed("\n".join((*turned, last)))


def turned_red(before: Sequence[Look], after: Sequence[Look]) -> tuple[Look, ...]:
    """The looks that are red now and were not."""
    red = {(one.service, one.did) for one in before if one.status is Status.RED}
    return tuple(one for one in after if one.status is Status.RED and (one.service, one.did) not in red)


async def _back(site: Site, done: Deployed) -> str:
    """The last line: how the way back ended, or why there is none."""
    host, number = site.host.name, done.plan.facts.number
    if done.ended is None:
        return f"smoke turned red, and the deploy had nothing to do: {host} runs what it ran"
    try:
        last = (await status(site)).facts.last
        if last is None or last.number != number:
            return f"smoke of release {number} is red, and {host} was deployed to meanwhile: it was left as it is"
        back = await roll_back(site, None)
    except DeployRefused:
        return f"smoke of release {number} is red, and {host} has none to go back to: it was left as it is"
    except PipelineError as fault:
        return f"ROLLBACK FAILED on {host} after a red smoke: {fault}"
    if back.ended and back.ended.state is not State.HEALTHY:
        return deployed_verdict(back)
    return f"rolled back to {back.plan.wanted.commit}: smoke of release {number} was red"


async def _mark(site: Site, done: Deployed, status: str) -> None:
    """Write it beside the release; a host that cannot is told, the deploy has ended all the same."""
    if done.ended is None:
        return
    number = done.plan.facts.number
    try:
        async with site.open() as link:
            learned = (await site.look(link)).learned.with_smoke(number, status)
            answer = await link.ask(MARK, site.host.directory, learned.to_json(), seconds=SECONDS)
        fault = answer.text if answer.code else ""
    except PipelineError as broken:
        fault = str(broken)
    if fault:
        say(f"the record of release {number} does not say that smoke was {status}: {fault}")
