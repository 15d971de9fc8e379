"""Trying again without a word: the error of the last attempt says all that a person needs."""

from stamina import retry_context
from stamina.instrumentation import set_on_retry_hooks

__all__ = ["retry_context"]

set_on_retry_hooks(())  # its own writes `stamina.retry_scheduled` for each attempt, and not what failed
