"""What became of the last switch of a host, for whoever calls next."""

from collections.abc import Iterator

from ci.host.facts import Facts
from ci.host.release import RED, State


def unfinished(facts: Facts) -> Iterator[str]:
    """What the last switch left to be ended, a sentence each."""
    if (last := facts.last) and not facts.owner:
        match last.state:
            case State.SWITCHING:
                yield f"release {last.number} ({last.commit}) was interrupted: the next deploy or rollback ends it"
            case State.BROKEN:
                yield (
                    f"release {last.number} ({last.commit}) failed and so did the way back ({facts.ended}): "
                    "the next deploy or rollback ends it"
                )
            case _:
                pass
    yield from (f"the record {name} cannot be read and is passed over" for name in facts.unreadable)


def taken_back(facts: Facts) -> Iterator[str]:
    """That the last release did not stay, and why; that nobody could use it, or the one before it."""
    if (last := facts.last) and last.state is State.ROLLED_BACK:
        yield f"release {last.number} ({last.commit}) was rolled back: {facts.ended}"
    for one in facts.releases[-2:]:
        if one.smoke == RED:
            yield f"release {one.number} ({one.commit}) was well, and its smoke was red"
