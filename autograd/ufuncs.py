"""NumPy's ufunc protocol: what a ufunc does besides being called with an op's inputs.

Its methods (`reduce`, `accumulate`, `reduceat`, `outer`, `at`) and its keywords (`out`, `where`, `dtype`, ...). The
value is always NumPy's own; the derivative is that of a composition which computes the same: one of the calculus tables
(`autograd.op.methods`), or the ufunc applied step by step, as NumPy's documentation of these methods defines them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compose import class_in, compose, data_of, tracked, with_value
from autograd.entry import Shell, is_recording
from autograd.op import composites, constants, methods, refusals, ufuncs
from autograd.ops.indexing import plain_index, scatter
from autograd.ops.reduction import REDUCE
from autograd.ops.shape import assemble
from autograd.protocols import ASSIGNED, assign, open_rooms, refuse


def array_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what `__array_ufunc__` asks for, beyond the plain call of a ufunc that has an op."""
    if method == "at":
        return _at(ufunc, *inputs)
    if kwargs.get("out") is not None:
        return _into(ufunc, method, inputs, kwargs)
    run = getattr(ufunc, method)
    known = ufunc in ufuncs or ufunc in composites
    if not known and ufunc not in constants and open_rooms(ufunc):
        return array_ufunc(ufunc, method, inputs, kwargs)
    if not (is_recording() and (tracked(inputs) or tracked(kwargs))) or ufunc in constants:
        exact = run(*data_of(inputs), **data_of(kwargs))
        return with_value(class_in((inputs, kwargs)), exact) if known else exact
    if not known:
        refuse(_name(ufunc, method), refusals.get(ufunc))
    inputs = tuple([assemble(x) if isinstance(x, (list, tuple)) else x for x in inputs])
    if method == "reduce" and (plain := REDUCE.get(ufunc)) is not None:
        # On the ufunc the default axis is 0; the function's is all.
        options = {"axis": 0, **kwargs}
        if options.keys() <= plain.params.keys():
            return plain.call(*inputs, **options)
    if method == "__call__" and not kwargs:
        if ufunc in ufuncs:
            return ufuncs[ufunc].call(*inputs)
        return compose(composites[ufunc], ufunc, inputs, kwargs)
    exact = run(*data_of(inputs), **data_of(kwargs))
    open_rooms()
    with np.errstate(all="ignore"):
        if method == "__call__":
            out = _with_options(ufunc, inputs, **kwargs)
        elif (made := methods.get((ufunc, method))) is not None:
            out = made(*inputs, **kwargs)
        else:
            out = _BY_STEPS[method](ufunc, *inputs, **kwargs)
            _check_steps(_name(ufunc, method), data_of(out), exact)
    # Without an element nothing is on the tape.
    return with_value(out if isinstance(out, (Shell, tuple)) else class_in((inputs, kwargs)), exact)


def _check_steps(name: str, found: Any, exact: Any) -> None:
    """Refuse where NumPy does not compute what its method is defined to be: the derivative would be of another value.

    It happens: `np.power.reduce` of floats is the first to the power of the last in NumPy 2.4.
    """
    if found.dtype.kind in "fc" and found.shape == np.shape(exact):
        rtol = float(np.finfo(np.result_type(exact)).eps) ** 0.5
        if not np.allclose(found, exact, rtol=rtol, atol=0, equal_nan=True):
            raise TypeError(
                f"{name} gives {exact} here, and step by step it is {found}: NumPy does not compute what it documents, "
                "so there is no derivative of it. Write the loop, or np.float_power."
            )


def _with_options(ufunc: Any, inputs: tuple[Any, ...], where: Any = True, **options: Any) -> Any:
    """Call with a ufunc's keywords: a dtype casts the inputs, and what `where` leaves out has no derivative."""
    dtype = options.get("dtype")
    signature = options.get("signature", options.get("sig"))
    if dtype is not None and not isinstance(dtype, tuple):
        inputs = tuple(_cast(x, dtype) for x in inputs)
    elif dtype is not None or signature is not None:
        inputs = tuple(_cast(x, to) for x, to in zip(inputs, _loop(ufunc, dtype or signature), strict=False))
    rest = {key: value for key, value in options.items() if key in ("axis", "axes", "keepdims")}
    if rest or ufunc not in ufuncs:
        out: Any = compose(composites[ufunc], ufunc, inputs, rest)
    else:
        out = ufuncs[ufunc].call(*inputs)
    if where is True:
        return out
    mask = data_of(where)
    if isinstance(out, tuple):
        return tuple(np.where(mask, part, np.zeros_like(part._value)) for part in out)
    return np.where(mask, out, np.zeros_like(out._value))


def _loop(ufunc: Any, signature: Any) -> tuple[Any, ...]:
    """Give the dtypes to which a ufunc's `signature=` casts its inputs."""
    if isinstance(signature, str):
        inputs, _, outputs = signature.partition("->")
        signature = tuple(inputs) if outputs else (None,) * ufunc.nin
    return tuple(None if to is None else np.dtype(to) for to in signature[: ufunc.nin])


def _cast(x: Any, dtype: Any) -> Any:
    return x if dtype is None or not hasattr(x, "astype") else x.astype(dtype)


def _into(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Handle `out=`: a Tensor receives the result as assignment does, a plain array that of constants only."""
    rest = dict(kwargs)
    outs = rest.pop("out")
    outs = outs if isinstance(outs, tuple) else (outs,)
    run = getattr(ufunc, method)
    if not any(isinstance(out, Shell) for out in outs):
        if is_recording() and (tracked(inputs) or tracked(rest)):
            raise TypeError(ASSIGNED)
        return run(*data_of(inputs), out=outs, **data_of(rest))
    if any(out is not None and not isinstance(out, Shell) for out in outs) and tracked((inputs, rest)):
        raise TypeError(ASSIGNED)
    before = tuple(out if out is None or not isinstance(out, Shell) else np.copy(out._value) for out in outs)
    # NumPy's own call says what does not fit.
    written = run(*data_of(inputs), out=before, **data_of(rest))
    # What `where` leaves out keeps its old value; computed all the same, it is hidden by the mask.
    mask = data_of(rest.pop("where", True)) if method == "__call__" else True
    with np.errstate(all=None if mask is True else "ignore"):
        results = array_ufunc(ufunc, method, inputs, rest) if class_in((inputs, rest)) else written
    several = isinstance(written, tuple)
    given = []
    for out, exact, result in zip(
        outs, written if several else (written,), results if several else (results,), strict=True
    ):
        if out is None:
            given.append(result)
            continue
        if mask is not True and isinstance(out, Shell):
            into: Any = out
            result = np.where(mask, _cast(result, into.dtype) if isinstance(result, Shell) else exact, into)
        given.append(assign(out, result, exact))
    return tuple(given) if several else given[0]


def _reduce(
    ufunc: Any,
    x: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = np._NoValue,
    where: Any = True,
) -> Any:
    """Reduce step by step: what `where` leaves out is passed over."""
    x = np.asarray(x) if not hasattr(x, "ndim") else x
    x = _cast(x, dtype)
    named: Any = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    # NumPy takes axis 0 of a number too.
    axes = sorted(a % x.ndim for a in named) if x.ndim else []
    kept = [a for a in range(x.ndim) if a not in axes]
    flat = np.reshape(np.transpose(x, (*kept, *axes)), (*[x.shape[a] for a in kept], -1))
    mask = np.broadcast_to(data_of(where), x.shape)
    mask = np.reshape(np.transpose(mask, (*kept, *axes)), np.shape(flat))
    start = ufunc.identity if initial is np._NoValue or initial is None else initial
    first = 1 if start is None or (initial is np._NoValue and np.all(mask)) else 0
    total: Any = flat[..., 0] if first else np.broadcast_to(np.asarray(start, dtype=x.dtype), np.shape(flat)[:-1])
    for i in range(first, np.shape(flat)[-1]):
        total = np.where(mask[..., i], ufunc(total, flat[..., i]), total)
    shape = tuple(1 if a in axes else n for a, n in enumerate(x.shape)) if keepdims else np.shape(total)
    return np.reshape(total, shape)


def _accumulate(ufunc: Any, x: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Collect what a reduction has arrived at after each element."""
    x = _cast(x, dtype)
    before = (slice(None),) * (axis % x.ndim)
    found = [x[(*before, slice(i, i + 1))] for i in range(x.shape[axis])]
    for i in range(1, len(found)):
        found[i] = ufunc(found[i - 1], found[i])
    return np.concatenate(found, axis=axis) if found else x


def _reduceat(ufunc: Any, x: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Reduce between each index and the next, or take the element where the next is not greater."""
    x = _cast(x, dtype)
    starts = [int(i) for i in np.asarray(plain_index(indices))]
    stops = [*starts[1:], x.shape[axis]][: len(starts)]
    before = (slice(None),) * (axis % x.ndim)
    parts = [x[(*before, slice(i, max(j, i + 1)))] for i, j in zip(starts, stops, strict=True)]
    parts = [ufunc.reduce(part, axis=axis, keepdims=True) for part in parts]
    return np.concatenate(parts, axis=axis) if parts else x[(*before, slice(0))]


def _outer(ufunc: Any, x: Any, y: Any, **options: Any) -> Any:
    """Apply to all pairs."""
    wide = np.reshape(x, np.shape(x) + (1,) * np.ndim(y))
    return _with_options(ufunc, (wide, y), **options)


_BY_STEPS: dict[str, Any] = {"reduce": _reduce, "accumulate": _accumulate, "reduceat": _reduceat, "outer": _outer}


def _at(ufunc: Any, a: Any, index: Any, *values: Any) -> None:
    """Write into a Tensor at an index: each place as often as it is named, in order."""
    if not isinstance(a, Shell):
        if is_recording() and tracked(values):
            raise TypeError(ASSIGNED)
        ufunc.at(a, plain_index(index), *data_of(values))
        return
    x: Any = a
    index = plain_index(index)
    written = np.copy(x._value)
    ufunc.at(written, index, *data_of(values))
    chosen = np.arange(x.size).reshape(x.shape)[index]
    if ufunc in (np.add, np.subtract):
        change = np.broadcast_to(values[0], chosen.shape)
        change = scatter(_cast(change, x.dtype), index=index, shape=x.shape)
        assign(x, ufunc(x, change), written)
        return
    flat = chosen.ravel()
    parts = [np.reshape(np.broadcast_to(v, chosen.shape), -1) for v in values]
    order = np.argsort(flat, kind="stable")
    firsts = np.flatnonzero(np.diff(flat[order], prepend=-1))
    nth = np.empty(flat.size, int)
    nth[order] = np.arange(flat.size) - np.repeat(firsts, np.diff(firsts, append=flat.size))
    result: Any = np.reshape(x, -1) * 1
    for n in range(int(nth.max(initial=-1)) + 1):
        now = nth == n
        place = flat[now]
        result[place] = ufunc(result[place], *[part[now] for part in parts])
    assign(x, np.reshape(result, x.shape), written)


def _name(ufunc: Any, method: str) -> str:
    """Write a ufunc as a user does."""
    name = str(ufunc.__name__)
    full = f"np.{name}" if getattr(np, name, None) is ufunc else name
    return full if method == "__call__" else f"{full}.{method}"
