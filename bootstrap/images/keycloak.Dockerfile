# Stands in for quay.io/keycloak/keycloak; the context is the distribution that Maven Central carries.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jre-headless \
 && rm -rf /var/lib/apt/lists/*
COPY --chown=1000:0 . /opt/keycloak
USER 1000
# Built ahead for the settings of the compose file: `start` with others builds again, as the official image always does.
RUN /opt/keycloak/bin/kc.sh build --db=postgres --cache=local
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
