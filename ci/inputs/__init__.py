"""What a service is built from, derived from its Dockerfile under its ignore file."""

from ci.inputs.ignore import ignore_candidates
from ci.inputs.inputs import DOCKERFILE, Inputs, behind_links, collect, lay_out, read, wanted
from ci.inputs.origin import Origin, origin

__all__ = [
    "DOCKERFILE",
    "Inputs",
    "Origin",
    "behind_links",
    "collect",
    "ignore_candidates",
    "lay_out",
    "origin",
    "read",
    "wanted",
]
