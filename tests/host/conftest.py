"""Deploys to a real second Docker host, over SSH, from the test registry."""

from tests.support.host.fixtures import docker_host, host, pytest_runtest_makereport, small

__all__ = ["docker_host", "host", "pytest_runtest_makereport", "small"]
