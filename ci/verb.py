"""How a method becomes a function of `dagger call`: never cached, and its errors told without a traceback."""

from collections.abc import Awaitable, Callable
from functools import wraps
from traceback import extract_tb, format_tb
from typing import Any, Final, ParamSpec, TypeVar

import dagger
from dagger import telemetry
from dagger.mod._exceptions import FunctionError  # private, and the only error that prints no traceback

from ci.cause import plain
from ci.errors import DeployFailed, Failed, PipelineError

P = ParamSpec("P")
T = TypeVar("T")
DEBUG: Final = {"dagger.io/ui.internal": True}  # on a span that the CLI prints with --debug --progress=plain


def verb(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A function with an effect or an outside read: Dagger would otherwise keep its answer for seven days."""

    @wraps(method)
    async def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except Exception as fault:  # a person gets one sentence, whatever it was
            raise error_of(fault) from fault

    offered: Any = dagger.function(cache="never")  # type: ignore[call-overload]  # its overloads lack `cache`
    return offered(told)  # type: ignore[no-any-return]


def error_of(fault: BaseException) -> FunctionError:
    """What a call says of it: the text that was written for its user, or where the defect is."""
    match fault:
        case FunctionError():
            return fault  # of a function that this one called
        case BaseExceptionGroup():
            first = fault.exceptions[0]
            return error_of(first if first.__traceback__ else first.with_traceback(fault.__traceback__))
        case PipelineError():
            tabled = "\n" if isinstance(fault, Failed | DeployFailed) else ""  # its head stands over its columns
            return _error(type(fault).__name__, f"{tabled}{fault}")
        case dagger.DaggerError():
            return _error("EngineError", plain(str(fault)))
        case _:
            calls = extract_tb(fault.__traceback__)
            place = f"{calls[-1].filename}:{calls[-1].lineno}"
            with telemetry.get_tracer().start_as_current_span(
                "".join(format_tb(fault.__traceback__)), attributes=DEBUG
            ):
                pass  # its name is the calls that led there, without the text of the error, which may quote a secret
            return _error(
                "InternalError",
                f"{type(fault).__name__} at {place}; call again with `--debug --progress=plain` and report it",
            )


def _error(name: str, text: str) -> FunctionError:
    """An error that prints as `NAME: TEXT`: the SDK puts the class's path before it, unless it is a builtin's."""
    kind: type[FunctionError] = type(name, (FunctionError,), {"__module__": "builtins"})
    return kind(text)
