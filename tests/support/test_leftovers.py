"""A run removes what a killed one left, and nothing else."""

from secrets import token_hex

from tests.support.leftovers import remove_leftovers
from tests.support.registry import Place
from tests.support.registry.docker import docker


def names(kind: str, *options: str) -> set[str]:
    return set(docker(kind, "ls", *options, "--format", "{{.Names}}" if kind == "container" else "{{.Name}}").split())


def test_what_a_killed_run_left_is_removed_and_the_engine_with_its_cache_stays(place: Place) -> None:
    mark = token_hex(4)
    instance, prefix, label = f"killed-{mark}", f"left-{mark}-", f"left.{mark}"
    image, own = place.registry_image(), f"killed-{mark}-engine"
    docker("network", "create", f"{prefix}network")
    for name, options in (
        (f"{prefix}host", ("--network", f"{prefix}network")),
        (f"job-{mark}", ("--label", f"{label}=yes")),
        (f"{instance}-second-engine", ()),
        (own, ("--volume", f"{own}:/data")),
    ):
        docker("create", "--name", name, *options, image)
    docker("volume", "create", f"{instance}-second-engine")
    others = names("container", "--all") | names("network") | names("volume")
    try:
        removed = set(remove_leftovers(instance, prefix, (label,)))
        assert removed == {f"{prefix}host", f"{prefix}network", f"job-{mark}", f"{instance}-second-engine"}
        left = names("container", "--all") | names("network") | names("volume")
        assert own in names("container", "--all") & names("volume")
        assert not removed & left
        assert remove_leftovers(instance, prefix, (label,)) == ()
    finally:
        docker("rm", "--force", "--volumes", own)
        docker("volume", "rm", "--force", own)
    assert own in others
