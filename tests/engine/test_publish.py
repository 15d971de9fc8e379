"""publish-all and promote, with a real engine and a registry that asks for tokens as GitLab's does."""

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Call
from tests.support.registry.live import LiveRegistry


def test_the_same_inputs_are_published_once(call: Call, registry: LiveRegistry, tmp_path: Path) -> None:
    first = call("publish-all", "--only", "identity")
    assert first.returncode == 0, first.stderr
    mark = registry.mark()
    second = call("publish-all", "--only", "identity", "--tag", "def5678", "--tag", "dev")
    assert second.returncode == 0, second.stderr
    assert "identity   reused    same inputs" in second.stdout
    pushed = [request.path for request in registry.requests(mark) if request.pushes_blob]
    assert all("/ci/lock/" in path for path in pushed)
    assert {"abc1234", "def5678", "dev"} <= set(registry.tags("group/project/identity"))

    file = tmp_path / "images.lock.json"
    assert call("lock", "--tag", "dev", "-o", str(file)).returncode == 0
    (image,) = json.loads(file.read_text())["images"]
    assert image["status"] == "reused"

    assert call("promote", "--from", "def5678", "--to", "stage").returncode == 0
    assert "stage" in registry.tags("group/project/identity")
    assert "stage" in registry.tags("group/project/ci/lock")


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        pytest.param(
            ("publish-all",),
            {"CI_REGISTRY_IMAGE": "", "CI_REGISTRY_PASSWORD": ""},
            "SettingMissing: not set: CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_PASSWORD (--registry-password); ",
            id="variables missing",
        ),
        pytest.param(
            ("publish-all", "--only", "identity"),
            {"CI_REGISTRY_PASSWORD": "wrong"},
            "RegistryRefused: auth.test:5443 refused the login of ci-pusher (401): ",
            id="wrong password",
        ),
        pytest.param(("plan", "--only", "idenity"), {}, 'did you mean "identity"?', id="unknown service"),
        pytest.param(("lock", "--tag", "never"), {}, "nothing was published under never", id="no lock"),
    ],
)
def test_a_refusal_is_one_sentence(
    call: Call, arguments: tuple[str, ...], variables: dict[str, str], sentence: str
) -> None:
    refused = call(*arguments, **variables)
    assert refused.returncode != 0
    assert refused.stdout.strip() == ""
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
