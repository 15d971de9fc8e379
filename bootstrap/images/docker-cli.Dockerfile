# Stands in for docker:29-cli, with what a newer Debian has of it: Docker's CLI and Compose.
ARG BASE
FROM ${BASE}
RUN sed 's/bookworm/trixie/' /etc/apt/sources.list >/etc/apt/sources.list.d/trixie.list \
 && apt-get update \
 && apt-get install -y --no-install-recommends docker-cli/trixie docker-compose/trixie \
 && rm -rf /var/lib/apt/lists/*
