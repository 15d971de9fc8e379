"""How a method becomes a function of `dagger call`: never cached, and its errors told without a traceback."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import dagger
from dagger.mod._exceptions import FunctionError  # private, and the only error that prints no traceback

from ci.cause import plain
from ci.errors import DeployFailed, Failed, PipelineError

P = ParamSpec("P")
T = TypeVar("T")


def verb(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A function with an effect or an outside read: Dagger would otherwise keep its answer for seven days."""

    @wraps(method)
    async def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except PipelineError as fault:
            tabled = "\n" if isinstance(fault, Failed | DeployFailed) else ""  # its head stands over its columns
            raise _error(type(fault).__name__, f"{tabled}{fault}") from None
        except dagger.DaggerError as fault:
            raise _error("EngineError", plain(str(fault))) from None

    offered: Any = dagger.function(cache="never")  # type: ignore[call-overload]  # its overloads lack `cache`
    return offered(told)  # type: ignore[no-any-return]


def _error(name: str, text: str) -> FunctionError:
    """An error that prints as `NAME: TEXT`: the SDK puts the class's path before it, unless it is a builtin's."""
    kind: type[FunctionError] = type(name, (FunctionError,), {"__module__": "builtins"})
    return kind(text)
