"""Why a service gets another container: its image, or what Compose makes of its definition, differs from what runs."""

from collections.abc import Iterable, Iterator

from ci.host.container import Container
from ci.host.facts import Definitions, Facts
from ci.host.stack import HostedService
from ci.host.wanted import Wanted


def cause_of(entry: HostedService, new: str, wanted: Wanted, facts: Facts) -> str:
    """Why a service gets another container; nothing when it keeps the one that it has."""
    running = facts.of(entry.name)
    if not running or not new:
        return ""
    container = running[0]
    if entry.name in facts.touched or container.misnamed or len(running) > 1:
        return "its last switch was interrupted"
    causes = list[str]()
    if container.image != new:
        is_by_hand = "@sha256:" not in container.image
        causes.append(f"runs {container.image.rpartition('/')[2]}, put there by hand" if is_by_hand else wanted.cause)
    if changed := _changed(entry, container, new, wanted, facts):
        causes.append(changed)
    if not causes and container.state != "running" and not container.is_well(is_job=entry.is_job):
        causes.append(f"is {container.state}")
    return " and ".join(causes)


def _changed(entry: HostedService, container: Container, new: str, wanted: Wanted, facts: Facts) -> str:
    """How what a service is made of differs from what it was made of, by Compose's hashes and the files it mounts."""
    recorded = facts.recorded.get(facts.healthy.number) if facts.healthy else None
    is_same_image = container.image == new
    if recorded is None:  # no release of this version made it: its own label tells, for the same image
        label = facts.new.get(entry.name, "").partition(".")[0]
        return "changed definition" if is_same_image and wanted.earlier is None and label != container.hash else ""
    was, now = _hashes(entry, wanted, facts, recorded)
    variables = _changed_variables(recorded, facts)
    if files := _changed_files(entry, recorded, facts):
        return f"changed file {', '.join(files)}"
    if was == now or (wanted.earlier is not None and not is_same_image):  # an image is part of what Compose hashes
        return ""
    return f"changed definition: {' or '.join(variables)} in .env" if variables else "changed definition"


def changed_since(number: int, services: Iterable[HostedService], facts: Facts) -> Iterator[str]:
    """What a rollback to a release leaves as it is now: the values of .env and the mounted files that changed since."""
    if recorded := facts.recorded.get(number):
        files = {name for service in services for name in _changed_files(service, recorded, facts)}
        for name in (*sorted(files), *(f"{name} in .env" for name in _changed_variables(recorded, facts))):
            yield f"{name} changed since release {number} and stays as it is"


def _changed_files(entry: HostedService, recorded: Definitions, facts: Facts) -> list[str]:
    return [name for name in entry.files if facts.sums.get(name) != recorded.sums.get(name)]


def _changed_variables(recorded: Definitions, facts: Facts) -> list[str]:
    """Those of .env that were recorded with another value, or not recorded."""
    values = facts.environment or {}
    names = recorded.variables.keys() | values.keys()
    return sorted(name for name in names if recorded.variables.get(name) != values.get(name))


def _hashes(entry: HostedService, wanted: Wanted, facts: Facts, recorded: Definitions) -> tuple[str, str]:
    """Compose's hash at the last switch, and now; a new version of Compose has hashed both."""
    name = entry.name
    same_version = facts.released_version == facts.compose_version
    was = recorded.hashes.get(name, "") if same_version else facts.released.get(name, "")
    if wanted.earlier is None:
        return was, facts.running.get(name, was)
    target = facts.recorded.get(wanted.earlier)
    if target and target.hashes.get(name, "") != recorded.hashes.get(name, ""):
        return was, target.hashes.get(name, "")
    return was, facts.released.get(name, was)  # another value in .env since
