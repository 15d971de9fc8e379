# Stands in for mcr.microsoft.com/dotnet/sdk:3.1; the context is the SDK that npm carries.
ARG BASE
FROM ${BASE}
COPY . /usr/share/dotnet
RUN chmod +x /usr/share/dotnet/dotnet && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
