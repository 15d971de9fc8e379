"""JSON that comes from outside, such as a registry's answer or a host's record."""

import json
from typing import Any


def loads(text: str | bytes) -> Any:
    """Read JSON; raise `ValueError` for what is none, and for what is nested too deeply to be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
