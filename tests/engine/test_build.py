"""One service by hand: built, run and reached from this machine."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.support.pipeline import Pipeline
from tests.support.waiting import until


@pytest.fixture
def port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_gateway_answers_on_this_machine(pipeline: Pipeline, port: int) -> None:
    with running(pipeline, "build", "--service", "api-gateway", "as-service", "up", "--ports", f"{port}:8080"):
        until(lambda: status(f"http://127.0.0.1:{port}/health") == 200, 300, "/health does not answer 200")
    until(lambda: status(f"http://127.0.0.1:{port}/health") is None, 30, "the port is still open")


@contextmanager
def running(pipeline: Pipeline, *arguments: str) -> Iterator[None]:
    process = pipeline.start(*arguments)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


def status(url: str) -> int | None:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.TransportError:
        return None
