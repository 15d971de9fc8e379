# What the engine expects around it, and where it looks for it.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      containernetworking-plugins dnsmasq-base iproute2 iptables pigz procps runc tini xz-utils \
 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /opt/cni/bin /usr/local/share/ca-certificates \
 && ln -s /usr/sbin/runc /usr/bin/tini /usr/local/bin/ \
 && ln -s /usr/lib/cni/bridge /usr/lib/cni/firewall /usr/lib/cni/host-local /usr/lib/cni/loopback /opt/cni/bin/ \
 && ln -s ../sbin/xtables-legacy-multi ../sbin/xtables-nft-multi /usr/bin/
