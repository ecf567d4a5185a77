"""Run a function of rows over arrays, and say how far it is from the truth."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
import numpy as np

from autograd.compiler.native.jit import loaded
from autograd.compiler.native.lanes import Function, Module, Row

#: How many elements a row holds unless told.
LANES = {"f64": 8, "f32": 16}
#: Arrays are padded to a multiple of this.
MOST_LANES = 16


@cache
def _compiled(function: Callable[..., Row], arity: int, kind: str, lanes: int) -> Any:
    """Compile a loop over whole vectors; arrays are padded."""
    module = Module()
    fn = Function(module, lanes)
    fn.do("br label %loop")
    fn.start("loop")
    fn.do("%i = phi i64 [ 0, %entry ], [ %next, %tail ]")
    rows = []
    for k in range(arity):
        fn.do(f"%p{k} = getelementptr {fn.type(kind, 1)}, ptr %x{k}, i64 %i")
        rows.append(fn.emit(f"load {fn.type(kind)}, ptr %p{k}, align 4", kind))
    result = function(*rows)
    fn.do("br label %tail")
    fn.start("tail")
    fn.do(f"%q = getelementptr {fn.type(kind, 1)}, ptr %out, i64 %i")
    fn.do(f"store {result.type} {result.name}, ptr %q, align 4")
    fn.do(f"%next = add i64 %i, {lanes}")
    fn.do("%more = icmp slt i64 %next, %n")
    fn.do("br i1 %more, label %loop, label %exit")
    fn.start("exit")
    fn.do("ret void")
    parameters = ", ".join([*[f"ptr noalias %x{k}" for k in range(arity)], "ptr noalias %out", "i64 %n"])
    module.functions.append(f"define void @run({parameters}) {{\nentry:\n" + "\n".join(fn.lines) + "\n}")
    address = loaded(module.text(), "run")
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (arity + 1), ctypes.c_int64)(address)


def evaluate(function: Callable[..., Row], *arrays: Any, lanes: int | None = None) -> Any:
    """Give the function of arrays, all float64 or all float32."""
    dtype = arrays[0].dtype
    kind = "f64" if dtype == np.float64 else "f32"
    size = arrays[0].size
    padded = [np.concatenate([np.ravel(x), np.ones(-size % MOST_LANES + MOST_LANES, dtype)]) for x in arrays]
    out = np.empty_like(padded[0])
    run = _compiled(function, len(arrays), kind, lanes or LANES[kind])
    run(*[x.ctypes.data for x in (*padded, out)], size + (-size % MOST_LANES))
    return out[:size]


def ulps(found: Any, exact: Callable[..., Any], *arrays: Any) -> Any:
    """Give the error of each result in units in the last place of the exact one, by mpmath with 240 bits.

    Where the exact value overflows or is no number, the found one has to be so too: the error is 0, else inf.
    """
    dtype = found.dtype
    info = np.finfo(dtype)
    errors = np.empty(found.shape)
    with mpmath.workprec(240):
        for i, parts in enumerate(zip(*[np.ravel(x).tolist() for x in arrays], strict=True)):
            truth = exact(*map(mpmath.mpf, parts))
            y = float(found[i])
            if mpmath.isnan(truth) or isinstance(truth, mpmath.mpc):
                errors[i] = 0 if np.isnan(y) else np.inf
                continue
            rounded = _rounded(truth, info)
            if not np.isfinite(rounded) or not np.isfinite(y):
                errors[i] = 0 if rounded == y else np.inf
                continue
            unit = max(2.0 ** (int(np.frexp(rounded)[1]) - info.nmant - 1), float(info.smallest_subnormal))
            errors[i] = float(abs(mpmath.mpf(y) - truth) / unit)
    return errors


def _rounded(truth: Any, info: Any) -> float:
    """Round to the dtype: to inf from half a unit above the largest number."""
    if abs(truth) >= mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(float(info.eps)) / 4):
        return float("inf") if truth > 0 else float("-inf")
    return float(truth)
