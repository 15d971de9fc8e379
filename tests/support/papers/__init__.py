"""The papers as tests read them: what they show, link to and call."""

from tests.support.papers.paper import Fence, Paper

__all__ = ["Fence", "Paper"]
