"""A working tree's file modes are git's by the time the engine sees them, whatever the umask of the clone was."""

from ci.module import OisCfa
from tests.engine.conftest import Tiny, TinyCli

DOCKERFILE = """\
FROM debian:bookworm-slim
COPY . /in
RUN stat -c '%a %n' /in /in/folder /in/file /in/script > /modes && cat /proc/sys/kernel/random/uuid > /made
"""


def test_an_image_has_gits_modes_and_is_built_once_for_all_umasks_by_the_cli_and_here(
    tiny: Tiny, tiny_cli: TinyCli
) -> None:
    first, functions = tiny
    second, pipeline = tiny_cli
    seed = first.seed
    for repository, folder, file, script in ((first, 0o755, 0o644, 0o755), (second, 0o777, 0o666, 0o777)):
        repository.service("one", DOCKERFILE)
        repository.write("small/one/file", seed)
        repository.write("small/one/script", "#!/bin/sh\n")
        repository.write("small/one/folder/inner", "inner")
        for name, mode in (("folder", folder), ("file", file), ("script", script), ("folder/inner", file)):
            (repository.root / "small/one" / name).chmod(mode)
    built = functions.container(OisCfa.build, lambda one: one.file("/made").contents(), service="one")
    assert pipeline.good("build", "--service", "one", "file", "--path", "/made", "contents") == built
    modes = functions.container(OisCfa.build, lambda one: one.file("/modes").contents(), service="one")
    assert modes.splitlines() == ["755 /in", "755 /in/folder", "644 /in/file", "755 /in/script"]
