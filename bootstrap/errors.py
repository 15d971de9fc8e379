"""What the user is told, in one sentence each."""


class BootstrapError(Exception):
    """Anything that ends `./daggerw` with a sentence and no traceback."""

    code = 1


class Refused(BootstrapError):
    """It cannot be done here, and nothing was touched."""


class CommandFailed(BootstrapError):
    """A command of another program failed."""

    def __init__(self, argv: tuple[str, ...], detail: str) -> None:
        last = detail.strip().splitlines()[-1:] or ["it said nothing"]
        super().__init__(f"`{' '.join(argv)[:120]}` failed: {last[0]}")


class StageFailed(BootstrapError):
    """A long stage failed; its log tells the rest."""

    def __init__(self, doing: str, log: str, tail: str) -> None:
        super().__init__(f"{doing} failed; the end of {log}:\n{tail}\nmend it and run the same command again")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or a signal: no `Exception`, for it comes anywhere, and a library would take it for a fault of its own."""

    code = 130

    def __init__(self) -> None:
        super().__init__("interrupted; the same command continues where this one stopped")
