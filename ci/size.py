"""Sizes of memory and images, as people write them."""

import math
import re
from decimal import Decimal
from typing import Final

from ci.errors import Refused

PATTERN: Final = r"(?=.*[1-9])[0-9]{1,15}(?:\.[0-9]{1,6})? ?(?:[KkMmGgTt][Ii]?)?[Bb]?"

_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_PARTS: Final = re.compile(r"([0-9.]+) ?([KMGT]?)(I?)B?")


def parse_size(text: str) -> int:
    """Bytes of `2GB`, `1.5 GiB`, `512m` or `1000`: with an i units of 1024, without it of 1000."""
    parts = _PARTS.fullmatch(text.upper()) if re.fullmatch(PATTERN, text) else None
    if parts is None:
        raise Refused(f'"{text}" is not a size; write it like 2GB, 512MiB or 1.5G')
    number, prefix, binary = parts.groups()
    step = Decimal(1024 if binary else 1000)
    return math.ceil(Decimal(number) * step ** _POWERS[prefix])


def format_size(count: int) -> str:
    """Three figures and a decimal unit: `412 MB`."""
    for prefix in ("T", "G", "M", "K"):
        unit = 1000 ** _POWERS[prefix]
        if count >= unit * 0.9995:  # what rounds to 1000 of the smaller unit is 1 of this one
            return f"{count / unit:.3g} {prefix}B"
    return f"{count} B"
