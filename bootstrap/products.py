"""The four things that a stage can leave behind, and how to tell that they are there."""

import http.client
from dataclasses import dataclass
from pathlib import Path

from bootstrap import docker
from bootstrap.workshop import image_tag, made_folder


@dataclass(frozen=True)
class Image:
    """An image of the Docker daemon, tagged by its key."""

    name: str

    def there(self, key: str) -> bool:
        """Ask the daemon."""
        return docker.has_image(image_tag(self.name, key))


@dataclass(frozen=True)
class Folder:
    """A folder of the cache, named by its key; it is renamed into place when it is whole."""

    name: str
    cache: Path

    def there(self, key: str) -> bool:
        """Look."""
        return made_folder(self.cache, self.name, key).is_dir()


@dataclass(frozen=True)
class Published:
    """A base image of the mirror; the key is a second tag of it."""

    host: str
    repository: str

    def there(self, key: str) -> bool:
        """Ask the mirror."""
        link = http.client.HTTPConnection(self.host, timeout=3)
        try:
            link.request(
                "HEAD",
                f"/v2/{self.repository}/manifests/{key}",
                headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
            )
            return link.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()


@dataclass(frozen=True)
class Running:
    """A container that runs, labelled by its key."""

    container: str

    def there(self, key: str) -> bool:
        """Ask the daemon."""
        found = docker.containers(self.container).get(self.container)
        return found is not None and found.running and found.key == key
