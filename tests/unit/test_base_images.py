"""What a base image is called, where it comes from and under which tag the project keeps it."""

import re

import pytest

from ci.base_images import HUB, source_of, tag_of
from ci.lock import TAG

DIGEST = "sha256:" + "1a" * 32


@pytest.mark.parametrize(
    ("reference", "host", "path"),
    [
        ("node", HUB, "library/node"),
        ("node:20-bookworm-slim", HUB, "library/node"),
        (f"node@{DIGEST}", HUB, "library/node"),
        (f"bitnami/kafka:3@{DIGEST}", HUB, "bitnami/kafka"),
        ("docker.io/library/node:20", HUB, "library/node"),
        ("docker.io/node", HUB, "library/node"),
        ("index.docker.io/a/b", HUB, "a/b"),
        ("mcr.microsoft.com/dotnet/sdk:9.0", "mcr.microsoft.com", "dotnet/sdk"),
        ("quay.io/keycloak:26", "quay.io", "keycloak"),
        ("localhost/a:1", "localhost", "a"),
        ("registry.test:5000/a/b/c:1", "registry.test:5000", "a/b/c"),
        ("registry.test:5000/a", "registry.test:5000", "a"),
    ],
)
def test_a_reference_means_what_docker_reads(reference: str, host: str, path: str) -> None:
    address, image = source_of(reference)
    assert (address.host, address.path(image)) == (host, path)


@pytest.mark.parametrize(
    ("reference", "tag"),
    [
        ("node:20-bookworm-slim", "node-20-bookworm-slim"),
        (f"mcr.microsoft.com/dotnet/sdk:9.0@{DIGEST}", f"mcr.microsoft.com-dotnet-sdk-9.0-sha256-{'1a' * 32}"),
        ("minio/minio:RELEASE.2025-04-22T22-12-26Z", "minio-minio-release.2025-04-22t22-12-26z"),
        ("registry.test:5000/" + "deep/" * 20 + "node:1", ("deep-" * 20 + "node-1")[-50:].lstrip("-")),
    ],
)
def test_a_tag_names_the_image_and_the_digest(reference: str, tag: str) -> None:
    assert tag_of(reference) == tag
    assert re.fullmatch(TAG, tag)
