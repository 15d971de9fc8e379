# Stands in for python:3.11-slim; the context holds uv.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED \
 && ln -s python3 /usr/bin/python
COPY bin/uv /usr/local/bin/uv
# The engine runs this program twice around each container; without it, it adds its authorities to the bundle itself.
RUN rm /usr/sbin/update-ca-certificates
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
