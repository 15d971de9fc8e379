"""What a call prints while it runs."""

import sys


def say(line: str) -> None:
    """Print a line to stderr: stdout is the answer's alone."""
    print(line, file=sys.stderr, flush=True)
