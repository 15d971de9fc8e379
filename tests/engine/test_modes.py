"""A working tree's file modes are git's by the time the engine sees them, whatever the umask of the clone was."""

import pytest

from tests.support.pipeline import Pipeline
from tests.support.repository import Repository, small

DOCKERFILE = """\
FROM debian:bookworm-slim
COPY . /in
RUN stat -c '%a %n' /in /in/folder /in/file /in/script > /modes && cat /proc/sys/kernel/random/uuid > /made
"""


def test_an_image_has_gits_modes_and_is_built_once_for_all_umasks(
    tiny: tuple[Repository, Pipeline], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, pipeline = tiny
    second = small(tmp_path_factory.mktemp("small"))
    seed = first.seed
    for repository, folder, file, script in ((first, 0o755, 0o644, 0o755), (second, 0o777, 0o666, 0o777)):
        repository.service("one", DOCKERFILE)
        repository.write("small/one/file", seed)
        repository.write("small/one/script", "#!/bin/sh\n")
        repository.write("small/one/folder/inner", "inner")
        for name, mode in (("folder", folder), ("file", file), ("script", script), ("folder/inner", file)):
            (repository.root / "small/one" / name).chmod(mode)
    pipelines = (pipeline, pipeline.at(second.root))
    made = {each.good("build", "--service", "one", "file", "--path", "/made", "contents") for each in pipelines}
    assert len(made) == 1
    modes = pipelines[1].good("build", "--service", "one", "file", "--path", "/modes", "contents")
    assert modes.splitlines() == ["755 /in", "755 /in/folder", "644 /in/file", "755 /in/script"]
