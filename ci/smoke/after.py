"""A look at a host right after a deploy; a red one takes the deploy back."""

from typing import Final

from ci.errors import DeployFailed, HostUnreachable, PipelineError
from ci.host.deploy import Asked, Deployed, deploy, roll_back
from ci.host.release import FOLDER, State, file_of
from ci.host.report import verdict as deployed_verdict
from ci.host.site import Site
from ci.host.switch import say
from ci.registry.access import Access
from ci.smoke.report import reds, verdict
from ci.smoke.sign_in import User
from ci.smoke.smoke import Status, smoke, user_of

MARK: Final = 'sed -i "s/^ \\"smoke\\": .*/ \\"smoke\\": \\"$2\\",/" "$1"'
SECONDS: Final = 30


async def deploy_and_look(site: Site, access: Access, asked: Asked) -> Deployed:
    """Deploy, then look at the host; nothing is looked at when the deploy failed by itself.

    Raise `DeployFailed` after a red look, with what ran before brought back by a second transaction; else as `deploy`.
    """
    user = user_of(site)
    done = await deploy(site, access, asked)
    if not done.ended or done.ended.state is State.HEALTHY:
        await look(site, done, user)
    return done


async def look(site: Site, done: Deployed, user: User | None) -> None:
    """Look at the host and write into the release's record how that ended; take the release back when it is red."""
    looks = await smoke(site, user)
    red = reds(looks)
    say(verdict(looks, site.host.name))
    if done.ended:
        await _mark(site, done.plan.facts.number, Status.RED if red else Status.GREEN)
    if red:
        raise DeployFailed("\n".join((*red, await _back(site, done))))


async def _mark(site: Site, number: int, status: Status) -> None:
    """Write into the release's record how the look ended."""
    file = f"{site.host.directory}/{FOLDER}/{file_of(number)}"
    async with site.open() as link:
        answer = await link.ask(MARK, file, status, seconds=SECONDS)
    if answer.code:
        raise HostUnreachable(f"the record of release {number} does not say that smoke was {status}: {answer.text}")


async def _back(site: Site, done: Deployed) -> str:
    """The last line: how the way back ended."""
    number = done.plan.facts.number
    if done.ended is None:
        return f"smoke is red, and the deploy had nothing to do: {site.host.name} runs what it ran"
    if done.before is None:
        return f"smoke is red, and release {number} is the first of {site.host.name}: it was left as it is"
    say(f"smoke is red: bringing back release {done.before.number}")
    try:
        back = await roll_back(site, done.before.number)
    except PipelineError as fault:
        return f"ROLLBACK FAILED on {site.host.name} after a red smoke: {fault}"
    if back.ended and back.ended.state is not State.HEALTHY:
        return deployed_verdict(back)
    return f"rolled back to release {done.before.number} ({done.before.commit}): smoke of release {number} was red"
