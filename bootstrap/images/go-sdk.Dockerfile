# The engine's Go slot. It asks for versions of two modules whose lists are not public: goproxy answers those.
# mod and build are warm caches: without them the first call on a new engine compiles for a minute.
ARG BASE
FROM ${BASE}
ARG GOPROXY
COPY codegen /usr/local/bin/codegen
COPY goproxy /usr/local/share/goproxy
COPY mod /go/pkg/mod
COPY build /root/.cache/go-build
ENV GONOSUMDB=dagger.io/*,github.com/dagger/* \
    GOPROXY=file:///usr/local/share/goproxy,${GOPROXY}
