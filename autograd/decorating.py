"""Let the body of a function run within a context, whatever kind of function it is.

What `contextlib` decorates holds while a call lasts; of a coroutine or a generator that is before its body begins.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

Fn = Callable[..., Any]


def within(make: Callable[[], AbstractContextManager[Any]], fun: Fn) -> Fn:
    """Give the function whose body runs within a context; a generator's from each resumption to the next yield.

    Parameters
    ----------
    make : callable
        Gives a new context manager, for each call or resumption.
    fun : callable
        A function, a coroutine function, a generator function or an asynchronous one.

    Examples
    --------
    >>> from contextlib import contextmanager
    >>> @contextmanager
    ... def told():
    ...     print("in", end=" ")
    ...     yield
    ...     print("out", end=" ")
    >>> def numbers():
    ...     yield 1
    ...     yield 2
    >>> for n in within(told, numbers)():
    ...     print(n, end=" ")
    in out 1 in out 2 in out
    """
    if inspect.isasyncgenfunction(fun):

        @wraps(fun)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return _resumed_later(make, fun(*args, **kwargs))

    elif inspect.isgeneratorfunction(fun):

        @wraps(fun)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return (yield from _resumed(make, fun(*args, **kwargs)))

    elif inspect.iscoroutinefunction(fun):

        @wraps(fun)
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            with make():
                return await fun(*args, **kwargs)

    else:

        @wraps(fun)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with make():
                return fun(*args, **kwargs)

    return wrapped


def _resumed(make: Callable[[], AbstractContextManager[Any]], inner: Generator[Any, Any, Any]) -> Any:
    resume: Fn = inner.send
    value: Any = None
    while True:
        with make():
            try:
                given = resume(value)
            except StopIteration as end:
                return end.value
        try:
            resume, value = inner.send, (yield given)
        except GeneratorExit:
            with make():
                inner.close()
            raise
        except BaseException as error:
            resume, value = inner.throw, error


async def _resumed_later(make: Callable[[], AbstractContextManager[Any]], inner: AsyncGenerator[Any, Any]) -> Any:
    resume: Fn = inner.asend
    value: Any = None
    while True:
        with make():
            try:
                given = await resume(value)
            except StopAsyncIteration:
                return
        try:
            resume, value = inner.asend, (yield given)
        except GeneratorExit:
            with make():
                await inner.aclose()
            raise
        except BaseException as error:
            resume, value = inner.athrow, error
