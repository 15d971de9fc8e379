"""Tables for people and JSON for machines, of a look at a host."""

from collections.abc import Sequence

from ci.errors import Failed
from ci.report import json_of, table
from ci.smoke.smoke import HEALTH, SIGN_IN, Look, Status


def smoke_answer(looks: Sequence[Look], host: str, *, as_json: bool) -> str:
    """What each service showed; raise `Failed` with the table when one is red."""
    rows = ((one.service, one.did, one.status, f"{one.seconds:.1f}", one.cause) for one in looks)
    text = f"{table(('service', 'did', 'status', 'seconds', 'cause'), rows)}\n\n{verdict(looks, host)}"
    if reds(looks):
        raise Failed(text)
    return json_of(looks) if as_json else text


def verdict(looks: Sequence[Look], host: str) -> str:
    """One line that says how it went."""
    if red := reds(looks):
        return f"smoke of {host} is red: {'; '.join(red)}"
    well, signed_in = (sum(one.did == did for one in looks) for did in (HEALTH, SIGN_IN))
    more = "".join(f", {one.did} in a {one.service} passed" for one in looks if one.did not in {HEALTH, SIGN_IN})
    return f"smoke of {host} is green: {well} services are well, {signed_in} portals let people in{more}"


def reds(looks: Sequence[Look]) -> tuple[str, ...]:
    """A sentence for each red look."""
    return tuple(f"{one.service}: {one.cause}" for one in looks if one.status is Status.RED)
