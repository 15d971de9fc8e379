"""A second Docker host like cfa2: a container with sshd and its own dockerd, and apps that behave as told."""

from tests.support.host.apps import Behaviour, app
from tests.support.host.container import Container
from tests.support.host.host import Host, HostFailed
from tests.support.host.live import docker_host
from tests.support.host.stages import COMPOSE

__all__ = ["COMPOSE", "Behaviour", "Container", "Host", "HostFailed", "app", "docker_host"]
