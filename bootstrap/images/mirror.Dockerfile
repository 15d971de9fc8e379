# The registry that holds the base images.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends docker-registry \
 && rm -rf /var/lib/apt/lists/*
COPY registry.yml /etc/registry.yml
CMD ["docker-registry", "serve", "/etc/registry.yml"]
