# Stands in for node:20-*; the context holds the machine's own node and npm.
ARG BASE
FROM ${BASE}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
# Node has a list of authorities of its own: point it at the system's, which the engine extends.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
