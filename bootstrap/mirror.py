"""The registry of base images, shared by all engines of this machine."""

import socket
import time
from contextlib import closing

from bootstrap import docker, web
from bootstrap.errors import BootstrapError
from bootstrap.workshop import Workshop

CONTAINER = "ois-cfa-mirror"
PORT = 5055
HOST = f"127.0.0.1:{PORT}"  # from this machine
ALIAS = "mirror.test:5000"  # from an engine: names without a dot do not resolve there
READY_SECONDS = 60


def start(shop: Workshop) -> None:
    """Start the mirror on its volume, and return when it answers: Docker opens the port before that."""
    docker.ensure_network()
    if docker.containers(CONTAINER):
        docker.remove(CONTAINER)
    if is_taken(PORT):
        raise BootstrapError(f"port {PORT}, which the mirror needs, is taken: `ss -ltnp sport = :{PORT}` tells by what")
    options = (
        "--network-alias",
        ALIAS.partition(":")[0],
        "--publish",
        f"{HOST}:5000",
        "--volume",
        f"{CONTAINER}:/data",
    )
    shop.run(*docker.run_argv(CONTAINER, shop.key, options, shop.image("mirror")))
    deadline = time.monotonic() + READY_SECONDS
    while web.within(1, lambda: web.status(f"http://{HOST}/v2/", 1)) != web.OK:
        if time.monotonic() > deadline:
            raise BootstrapError(f"the mirror does not answer at {HOST}: `docker logs {CONTAINER}` tells why")
        time.sleep(0.1)


def is_taken(port: int) -> bool:
    """Whether something on this machine listens there."""
    with closing(socket.socket()) as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def publish(shop: Workshop, image: str, repository: str, tags: tuple[str, ...]) -> None:
    """Push an image under its tags; the key comes last, as the mark that all are there."""
    for tag in (*tags, shop.key):
        name = f"{HOST}/{repository}:{tag}"
        shop.run("docker", "tag", shop.image(image), name)
        shop.run("docker", "push", "--quiet", name)
        shop.run("docker", "rmi", "--no-prune", name)
