"""Tables for people and JSON for machines, from the same records."""

from collections.abc import Iterable, Sequence
from json import dumps
from typing import Any

from cattrs import Converter
from tabulate import tabulate

from ci.catalogue import Catalogue
from ci.decision import LONGEST_CAUSE, SHOWN, Decision
from ci.errors import Failed
from ci.lock import Image, Status
from ci.promotion import Outcome, Promotion
from ci.size import format_size


def services_answer(catalogue: Catalogue, *, as_json: bool) -> str:
    """The services of the catalogue."""
    if as_json:
        return json_of(catalogue.services)
    rows = (
        (
            *(service.name, service.kind, service.group, service.dockerfile),
            *(service.port or "", service.published or "", format_size(service.memory)),
        )
        for service in catalogue.services
    )
    return table(("service", "kind", "group", "dockerfile", "port", "published", "memory"), rows)


def plan_answer(decisions: Sequence[Decision], *, as_json: bool) -> str:
    """What would be built or reused, and why."""
    if as_json:
        return json_of([_record(decision) for decision in decisions])
    head = ("service", "action", "cause", "inputs")
    rows = table(head, ((one.service, one.action, short(one.cause), one.inputs[:12]) for one in decisions))
    bound = [f"{one.service} is bound to one environment by {', '.join(one.bound)}" for one in decisions if one.bound]
    return "\n".join((rows, "", *bound)) if bound else rows


def _record(decision: Decision) -> dict[str, Any]:
    names = ("service", "action", "cause", "inputs", "bound")
    return {name: getattr(decision, name) for name in names}


def images_answer(images: Sequence[Image], unmoved: Sequence[str] = (), *, as_json: bool) -> str:
    """What came of each service; raise `Failed` with the table when one is red, or a tag did not move."""
    rows = table(
        ("service", "status", "cause", "seconds", "size"),
        ((one.service, one.status, short(one.cause), f"{one.seconds:.1f}", size_of(one)) for one in images),
    )
    text = "\n".join((rows, "", *unmoved, verdict(images)))
    if unmoved or any(image.status is Status.FAILED for image in images):
        raise Failed(text)
    return json_of(images) if as_json else text


def promotion_answer(done: Promotion, *, as_json: bool) -> str:
    """What a tag names now, and what it named before."""
    if as_json:
        return json_of(done)
    if done.stays:
        return done.stays
    moved = sum(one.outcome is Outcome.MOVED for one in done.moves)
    rows = table(
        ("image", "outcome", "old", "new"),
        ((one.name, one.outcome, one.old[:SHOWN] or "-", one.new[:SHOWN]) for one in done.moves),
    )
    said = f"{done.tag} is {done.commit} now" if moved else f"{done.tag} is {done.commit} already: nothing to do"
    return f"{rows}\n\n{said}"


def verdict(images: Sequence[Image]) -> str:
    """One line that says how a run ended: for a red one, which services failed and why."""
    failed = [image for image in images if image.status is Status.FAILED]
    if failed:
        reasons = "; ".join(f"{image.service}: {image.cause}" for image in failed)
        return f"{len(failed)} of {len(images)} failed: {reasons}"
    counts = (f"{sum(image.status is status for image in images)} {status}" for status in (Status.BUILT, Status.REUSED))
    return f"all {len(images)} there: {', '.join(counts)}"


def progress(image: Image) -> str:
    """The line that a service writes when it ends."""
    said = f": {image.cause}" if image.status is Status.FAILED else ""
    return f"{image.service} {image.status} {image.seconds:.1f} s{said}"


def json_of(record: object) -> str:
    """A record as JSON."""
    return dumps(Converter().unstructure(record), indent=2)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows under a head, in columns."""
    return tabulate(list(rows), headers=head, tablefmt="plain", disable_numparse=True)


def short(cause: str) -> str:
    """A cause with room for it in a table."""
    return cause if len(cause) <= LONGEST_CAUSE else f"{cause[: LONGEST_CAUSE - 1]}…"


def size_of(image: Image) -> str:
    """An image's size as a cell of a table."""
    return format_size(image.size) if image.size is not None else "-"
