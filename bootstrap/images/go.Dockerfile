# Go for the modules that the engine compiles.
# Its Debian is a layer of its own: the slots lie there uncompressed, and an engine that knows a layer from them pushes
# it so, with every image that stands on the same Debian.
ARG BASE
FROM ${BASE} AS debian
FROM scratch
COPY --from=debian / /
COPY . /usr/local/go
ENV GOPATH=/go \
    GOTOOLCHAIN=local \
    PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
