"""What a service of the compose file asks for, in the engine: a job before it, its user, its files, its other names."""

import json
from pathlib import Path
from typing import Final

import pytest

from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.functions import Functions
from tests.support.registry import LiveRegistry

TAG: Final = "shape00"
SERVER: Final = """\
import json, os, pathlib, sys, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

SEEN = []
STORAGE = "http://storage:8080"


def ask(path):
    return json.load(urllib.request.urlopen(STORAGE + path, timeout=20))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        SEEN.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(STATE if self.path == "/state" else SEEN).encode())


match sys.argv[1]:
    case "job":
        ask("/job-ran")
        sys.exit(0)
    case "web":
        STATE = {
            "storage": ask("/started"),
            "log": [os.environ.get(name) for name in ("LOG", "LEVEL", "FROM_FILE")],
            "uid": os.getuid(),
            "folder": os.getcwd(),
            "secret": pathlib.Path("/run/secrets/key").read_text(),
            "config": pathlib.Path("/settings").read_text(),
        }
    case "store":
        STATE = {}
HTTPServer(("", 8080), Handler).serve_forever()
"""
COMPOSE: Final = """\
name: shapes
services:
  web:
    image: ${ONE_IMAGE:-${CI_REGISTRY_IMAGE}/one:dev}
    command: [python3, /server.py, web]
    user: "1000"
    working_dir: /tmp
    env_file: .env
    environment: [LOG, "LEVEL=$LOG"]
    ports: ["20000:8080"]
    secrets: [key]
    configs: [settings]
    depends_on: { import: { condition: service_completed_successfully } }
  import:
    image: ${ONE_IMAGE:-${CI_REGISTRY_IMAGE}/one:dev}
    entrypoint: [python3, /server.py]
    command: [job]
    restart: "no"
    depends_on: [store]
  store:
    image: ${ONE_IMAGE:-${CI_REGISTRY_IMAGE}/one:dev}
    command: [python3, /server.py, store]
    expose: ["8080"]
    cap_drop: [ALL]
    networks: { default: { aliases: [storage] } }
configs: { settings: { file: settings.txt } }
secrets: { key: { file: key.txt } }
"""
TABLES: Final = """
[hosts.cfa2]
address = "192.0.2.10"
user = "user"
directory = "/srv/shapes"
compose = "deploy"
files = { "settings.txt" = "deploy/settings.txt", "key.txt" = "deploy/key.txt" }

[e2e]
host = "cfa2"
command = "python3 /check.py"
variables = { FROM_FILE = "set" }
"""
CHECK: Final = """\
import json, pathlib, urllib.request

state = json.load(urllib.request.urlopen("http://web:8080/state", timeout=20))
expected = json.loads(pathlib.Path("/expected.json").read_text())
failure = "" if state == expected else f'<failure message="{str(state).replace(chr(34), chr(39))}"/>'
pathlib.Path("/reports/junit.xml").write_text(
    f'<testsuite name="a" tests="1"><testcase name="state">{failure}</testcase></testsuite>'
)
raise SystemExit(bool(failure))
"""
EXPECTED: Final = {
    "storage": ["/job-ran", "/started"],
    "log": ["info", "info", "set"],
    "uid": 1000,
    "folder": "/tmp",  # noqa: S108  # a container's
    "secret": "a key",
    "config": "a setting",
}


@pytest.fixture
def shapes(tiny: Tiny) -> Tiny:
    repository, functions = tiny
    repository.service("one", "FROM python:3.11-slim\nCOPY file server.py /\n")
    repository.append("small/one/file", repository.seed)
    repository.write("small/one/server.py", SERVER)
    repository.append("services.toml", TABLES)
    repository.write("deploy/docker-compose.yml", COMPOSE)
    repository.write("deploy/.env.dev", "CI_REGISTRY_IMAGE=registry.test/x\nLOG=info # of all\n")
    repository.write("deploy/known_hosts", "")
    repository.write("deploy/settings.txt", "a setting")
    repository.write("deploy/key.txt", "a key")
    repository.write("small/e2e/Dockerfile", "FROM python:3.11-slim\nCOPY check.py expected.json /\n")
    repository.write("small/e2e/check.py", CHECK)
    repository.write("small/e2e/expected.json", json.dumps(EXPECTED))
    functions.publish(TAG)
    return repository, functions


def test_a_service_starts_as_its_compose_file_says(shapes: Tiny, capfd: pytest.CaptureFixture[str]) -> None:
    _, functions = shapes
    (outcome,) = json.loads(functions.good(OisCfa.end_to_end, tag=TAG, as_json=True))
    assert (outcome["status"], outcome["tally"]["tests"]) == ("passed", 1), outcome
    assert "deploy/docker-compose.yml:24: end-to-end leaves out cap_drop of store" in capfd.readouterr().err


def test_what_passed_is_not_started_again_until_an_input_of_the_run_changes(
    shapes: Tiny, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    repository, functions = shapes
    assert ended(functions.given(by="https://gitlab.test/job/1"), TAG) == ("passed", "", TAG)
    capfd.readouterr()
    functions.publish("shape01")
    passed = "passed before with the same images and tests, in https://gitlab.test/job/1"
    assert ended(functions, "shape01") == ("reused", passed, "shape01")
    assert " is up after " not in capfd.readouterr().err
    report = functions.export(OisCfa.end_to_end_report, tmp_path / "out", tag="shape01")
    assert "Tests of shape01" in (report / "report.md").read_text(encoding="utf-8")
    assert ended(functions, "shape01", rerun=True) == ("passed", "", "shape01")
    assert "store is up after " in capfd.readouterr().err
    # A file that a container reads, and the tests themselves.
    repository.write("deploy/settings.txt", "another setting")
    failed = functions.refused(OisCfa.end_to_end, tag="shape01")
    assert "1 of 1 failed: e2e: state: " in failed
    repository.write("small/e2e/expected.json", json.dumps({**EXPECTED, "config": "another setting"}))
    assert ended(functions, "shape01") == ("passed", "", "shape01")


def test_the_image_of_the_tests_is_built_once_for_all_engines(shapes: Tiny, registry: LiveRegistry) -> None:
    repository, functions = shapes
    repository.write("small/e2e/seed", repository.seed)
    repository.append("small/e2e/Dockerfile", "COPY seed /\n")
    before = registry.tags("group/project/ci/e2e")
    assert ended(functions, TAG)[0] == "passed"
    (tag,) = set(registry.tags("group/project/ci/e2e")) - set(before)
    assert tag.startswith("in-")
    manifest = registry.manifest("group/project/ci/e2e", tag)
    assert ended(functions, TAG, rerun=True)[0] == "passed"
    assert registry.manifest("group/project/ci/e2e", tag) == manifest


def ended(functions: Functions, tag: str, **options: bool) -> tuple[str, str, str]:
    """Status, cause and commit of an end-to-end run."""
    (outcome,) = json.loads(functions.good(OisCfa.end_to_end, tag=tag, as_json=True, **options))
    return outcome["status"], outcome["cause"], outcome["commit"]


def test_a_job_that_fails_is_named_and_nobody_starts_after_it(shapes: Tiny) -> None:
    repository, functions = shapes
    repository.replace("deploy/docker-compose.yml", "command: [job]", "command: [no-such-word]")
    repository.replace("deploy/docker-compose.yml", "entrypoint: [python3, /server.py]", 'entrypoint: ["false"]')
    assert "the job import ended with 1: it said nothing" in functions.refused(OisCfa.end_to_end, tag=TAG)


def test_what_compose_refuses_is_its_sentence_with_the_line(shapes: Tiny) -> None:
    repository, functions = shapes
    repository.replace("deploy/docker-compose.yml", "    user: ", "    usre: ")
    refused = functions.refused(OisCfa.end_to_end, tag=TAG)
    assert "deploy/docker-compose.yml:6: Compose refuses it: " in refused
    assert "usre" in refused
