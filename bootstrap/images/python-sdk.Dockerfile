# The engine's Python slot: the Go module that turns a Python module into a container.
FROM scratch
COPY runtime /runtime
