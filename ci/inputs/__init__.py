"""What a service is built from, derived from its Dockerfile under its ignore file."""

from ci.inputs.ignore import ignore_candidates
from ci.inputs.inputs import DOCKERFILE, Entry, Inputs, Wanted, behind_links, collect, key, lay_out, read, wanted

__all__ = [
    "DOCKERFILE",
    "Entry",
    "Inputs",
    "Wanted",
    "behind_links",
    "collect",
    "ignore_candidates",
    "key",
    "lay_out",
    "read",
    "wanted",
]
