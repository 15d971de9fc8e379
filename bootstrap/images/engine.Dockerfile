# The engine itself: the context holds the compiled programs and the entrypoint.
ARG BASE
FROM ${BASE}
COPY entrypoint dialstdio dnsname /usr/local/bin/
COPY engine /usr/local/bin/dagger-engine
COPY init /usr/local/bin/dagger-init
# The client dials the engine as "buildctl dial-stdio".
RUN ln -s dialstdio /usr/local/bin/buildctl && ln -s /usr/local/bin/dnsname /opt/cni/bin/
ENTRYPOINT ["/usr/local/bin/entrypoint"]
