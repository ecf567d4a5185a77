"""`scipy.linalg`: those functions that HIPS autograd differentiates, and others as primitives without a rule.

Where SciPy's function is NumPy's with other options, a Tensor takes NumPy's: see `dense`.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import scipy.linalg as _linalg

from autograd.dropin.scipy.dense import block_diag as block_diag
from autograd.dropin.scipy.dense import cholesky as cholesky
from autograd.dropin.scipy.dense import det as det
from autograd.dropin.scipy.dense import eigh as eigh
from autograd.dropin.scipy.dense import eigvalsh as eigvalsh
from autograd.dropin.scipy.dense import inv as inv
from autograd.dropin.scipy.dense import norm as norm
from autograd.dropin.scipy.dense import pinv as pinv
from autograd.dropin.scipy.dense import solve as solve
from autograd.extend import defjvp, defjvp_argnums, defvjp, defvjp_argnums, primitive

sqrtm = primitive(_linalg.sqrtm)
_of_triangle = primitive(_linalg.solve_triangular)
_of_band = primitive(_linalg.solve_banded)
solve_sylvester = primitive(_linalg.solve_sylvester)
expm = primitive(_linalg.expm)
expm_frechet = primitive(_linalg.expm_frechet)


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """Solve a x = b for a triangular matrix, as `scipy.linalg.solve_triangular` does; nothing is overwritten."""
    return _of_triangle(a, b, trans, lower, unit_diagonal=unit_diagonal, check_finite=check_finite)


def solve_banded(
    l_and_u: Any, ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """Solve a x = b for a matrix given by its bands, as `scipy.linalg.solve_banded` does; nothing is overwritten."""
    return _of_band(l_and_u, ab, b, check_finite=check_finite)


def _t(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _columns(x: Any) -> Any:
    return x if x.ndim > 1 else x[:, None]


# The square root: Y Y = A, so that dY Y + Y dY = dA.
defvjp(sqrtm, lambda ans, A, *_, **__: lambda g: solve_sylvester(_t(ans), _t(ans), g))
defjvp(sqrtm, lambda g, ans, A, *_, **__: solve_sylvester(ans, ans, g))


def _kind(trans: Any, a: Any) -> tuple[bool, bool]:
    """Tell whether the matrix is transposed, and whether it is conjugated too."""
    return trans in (1, 2, "T", "C"), trans in (2, "C") and np.iscomplexobj(a)


def _triangular(ans: Any, a: Any, trans: Any, lower: bool, g: Any, options: dict[str, Any]) -> Any:
    """Give u with op(a)ᵀ u = g."""
    transposed, conjugated = _kind(trans, a)
    return solve_triangular(np.conj(a) if conjugated else a, g, trans=0 if transposed else 1, lower=lower, **options)


def _into_triangle(ans: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:
    transposed, conjugated = _kind(trans, a)

    def pull(g: Any) -> Any:
        u = _triangular(ans, a, trans, lower, g, options)
        outer = -_columns(u) @ _t(_columns(ans))
        outer = _t(outer) if transposed else outer
        outer = np.conj(outer) if conjugated else outer
        kept = np.tril(outer) if lower else np.triu(outer)
        return kept - np.diag(np.diag(kept)) if options.get("unit_diagonal") else kept

    return pull


defvjp(
    _of_triangle,
    _into_triangle,
    lambda ans, a, b, trans=0, lower=False, **options: lambda g: _triangular(ans, a, trans, lower, g, options),
)


def _transposed_band(widths: Any, ab: Any) -> tuple[Any, Any]:
    """Give the bands of the transposed matrix: each diagonal moves to the other side, and shifts by its distance."""
    below, above = widths
    size = ab.shape[1]
    rows = []
    for offset in range(below, -above - 1, -1):
        # The diagonal that lies `offset` above in the transpose lies as much below in the matrix.
        row = ab[above + offset]
        blank = np.zeros(abs(offset))
        rows.append(np.concatenate([blank, row[: size - offset]] if offset > 0 else [row[-offset:], blank]))
    return (above, below), np.stack(rows)


def _into_band(ans: Any, l_and_u: Any, ab: Any, b: Any, **options: Any) -> Any:
    below, above = l_and_u

    def pull(g: Any) -> Any:
        u = _columns(solve_banded(*_transposed_band(l_and_u, ab), g))
        x = _columns(ans)
        size = x.shape[0]
        rows = []
        for offset in range(above, -below - 1, -1):
            # ab[above - offset, j] is the matrix at (j - offset, j).
            blank = np.zeros(min(abs(offset), size))
            product = (
                np.sum(u[: size - offset] * x[offset:], axis=1)
                if offset > 0
                else np.sum(u[-offset:] * x[: size + offset], axis=1)
            )
            rows.append(np.concatenate([blank, product] if offset > 0 else [product, blank]))
        return -np.stack(rows)

    return pull


defvjp(
    _of_band,
    _into_band,
    lambda ans, l_and_u, ab, b, **options: lambda g: solve_banded(*_transposed_band(l_and_u, ab), g),
    argnums=(1, 2),
)


def _sylvester_vjps(argnums: Any, ans: Any, args: Any, kwargs: Any) -> Any:
    """Differentiate A X + X B = Q: dA X + A dX + dX B + X dB = dQ."""
    a, b, _ = args

    def pull(g: Any) -> list[Any]:
        u = solve_sylvester(_t(a), _t(b), g)
        parts = (lambda: -u @ _t(ans), lambda: -_t(ans) @ u, lambda: u)
        return [parts[num]() for num in argnums]

    return pull


def _sylvester_jvp(argnums: Any, gs: Any, ans: Any, args: Any, kwargs: Any) -> Any:
    a, b, _ = args
    parts = (lambda g: -g @ ans, lambda g: -ans @ g, lambda g: g)
    return solve_sylvester(a, b, sum(parts[num](g) for num, g in zip(argnums, gs, strict=True)))


defvjp_argnums(solve_sylvester, _sylvester_vjps)
defjvp_argnums(solve_sylvester, _sylvester_jvp)


def _expm_along(A: Any, E: Any) -> Any:
    """Give the derivative of exp(A) along E: the upper right block of exp([[A, E], [0, A]])."""
    n = A.shape[-1]
    return expm(np.block([[A, E], [np.zeros_like(A), A]]))[:n, n:]


defvjp(expm, lambda ans, A: lambda g: _expm_along(_t(A), g))
defjvp(expm, lambda g, ans, A: _expm_along(A, g))


for _name, _function in inspect.getmembers(_linalg, inspect.isroutine):
    if not _name.startswith("_") and _name not in globals():
        globals()[_name] = primitive(_function)


def __getattr__(name: str) -> object:
    """Give what else SciPy has."""
    return getattr(_linalg, name)
