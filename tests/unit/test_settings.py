"""What is missing is named at once, with where GitLab has it."""

import pytest

from ci.errors import SettingMissing
from ci.settings import FLAGS, Setting, require


def test_nothing_missing_is_no_fault() -> None:
    require(())


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        pytest.param(
            (Setting.COMMIT,),
            "not set: CI_COMMIT_SHORT_SHA (--commit); on a laptop export it or pass the flag",
            id="the commit",
        ),
        pytest.param(
            (Setting.USER, Setting.KEY),
            "not set: CI_REGISTRY_USER (--registry-user), SSH_PRIVATE_KEY (--ssh-key); "
            "GitLab gives CI_REGISTRY_* to each job of a project whose container registry is on "
            "(Settings > General > Visibility); "
            "SSH_PRIVATE_KEY is a variable of the project (Settings > CI/CD > Variables); when it is protected, "
            "only the jobs of a protected branch see it (Settings > Repository > Protected branches); "
            "on a laptop export it or pass the flag",
            id="of the job and of the project",
        ),
    ],
)
def test_what_is_missing_is_one_sentence(missing: tuple[Setting, ...], sentence: str) -> None:
    with pytest.raises(SettingMissing) as refused:
        require(missing)
    assert str(refused.value) == sentence


def test_every_setting_has_its_flag() -> None:
    assert set(FLAGS) == set(Setting)
