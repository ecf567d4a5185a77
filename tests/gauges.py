"""What of a decomposition is determined: for those whose factors are free up to a sign or phase, what does not change.

Each entry takes a call of the decomposition to one whose outputs do not depend on that freedom. Derivatives are proven
of those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from strategies import Call

from autograd import Tensor


@dataclass(frozen=True)
class Gauged(Call):
    """A call of which only what is determined is looked at."""

    invariant: Callable[[Any], Any]

    def function(self, *floats: Any) -> Any:
        """Give the function's outputs without the freedom in them."""
        return self.invariant(super().function(*floats))

    def with_inputs(self, change: Callable[[Any], Any]) -> Call:
        """Give the same call with each array changed."""
        return replace(self, inputs=super().with_inputs(change).inputs)


def gauged(invariant: Callable[[Any], Any], call: Call) -> Call:
    """Look at a call through an invariant."""
    return Gauged(call.subject, call.inputs, call.params, invariant)


def adjoint(x: Any) -> Any:
    """Transpose the last two axes and conjugate."""
    return np.conj(np.swapaxes(x, -1, -2))


def weights(count: int, like: Any, first: int | None = None) -> Any:
    """Give a weight of its own to each of the first columns, and the same one to all others."""
    return np.minimum(np.arange(count), count if first is None else first).astype(like.real.dtype) ** 0.5 + 1


def of_vectors(outputs: Any) -> Any:
    """Put Hermitian eigenvectors together so that their phases cancel."""
    w, v = outputs
    return w, (v * weights(w.shape[-1], v)) @ adjoint(v)


def of_singular_vectors(outputs: Any) -> Any:
    """Put singular vectors together so that phases cancel, and so does the choice of what only spans the rest."""
    if not isinstance(outputs, tuple):
        return outputs
    u, s, vh = outputs
    k = s.shape[-1]
    middle = (u[..., :k] * weights(k, u)) @ vh[..., :k, :]
    of_u, of_v = weights(u.shape[-1], u, k), weights(vh.shape[-2], vh, k)
    return s, middle, (u * of_u) @ adjoint(u), (adjoint(vh) * of_v) @ vh


def in_order(w: Any) -> Any:
    """Tell the order of eigenvalues near 1 ± i, 4 ± i, ...: LAPACK's own may change from one matrix to the next."""
    return np.argsort(3 * w.real + w.imag, axis=-1)


def of_eigenvalues(w: Any) -> Any:
    """Sort eigenvalues."""
    return np.take_along_axis(w, in_order(w), axis=-1)


def of_general_vectors(outputs: Any) -> Any:
    """Put eigenvectors together so that their signs cancel, and keep what tells the length of each."""
    w, v = outputs
    if w.shape[-1] == 0:
        return w, v
    v = np.take_along_axis(v, in_order(w)[..., None, :], axis=-1)
    return of_eigenvalues(w), np.real(v * np.conj(v)), (v * weights(w.shape[-1], v)) @ np.linalg.inv(v)


def signs(r: Any) -> Any:
    """Tell the signs on the diagonal of r: constants."""
    k = min(r.shape[-2:])
    return np.sign(np.einsum("...ii->...i", r[..., :k, :k].detach() if isinstance(r, Tensor) else r[..., :k, :k]).real)


def of_qr(outputs: Any) -> Any:
    """Make the diagonal of r positive, and of what only spans the rest of q look at the span."""
    q, r = outputs
    sign = signs(r)
    k = sign.shape[-1]
    rest = q[..., k:]
    return q[..., :k] * sign[..., None, :], of_r(r[..., :k, :]), rest @ adjoint(rest)


def of_r(r: Any) -> Any:
    """Make the diagonal of r positive."""
    return signs(r)[..., None] * r


def of_qr_mode(call: Call, mode: str | None = None) -> Call:
    """Look at what each mode gives; in the raw form the signs are decided by the diagonal, which is moved from 0."""
    mode = mode or call.params.get("mode")
    if mode == "raw" or call.inputs[0].shape[-2] < call.inputs[0].shape[-1]:
        # Of a wide matrix the first columns have to be independent.
        call = call.with_inputs(lambda a: (0.5 * a + 2 * np.eye(*a.shape[-2:])).astype(a.dtype))
    return call if mode == "raw" else gauged(of_r if mode == "r" else of_qr, call)


def apart(call: Call) -> Call:
    """Move the eigenvalues apart: 1 + i, 1 - i, 4 for real matrices of order 3, with less than that for the rest."""

    def moved(a: Any) -> Any:
        n = a.shape[-1]
        block = np.diag(3.0 * (np.arange(n) // 2) + 1)
        for i in range(0, n - 1, 2):
            block[i, i + 1], block[i + 1, i] = 1, -1
        return (block + 0.1 * a).astype(a.dtype)

    return call.with_inputs(moved)


def power_sums(r: Any) -> Any:
    """Add up the first powers of roots, which tell all of them but their order."""
    return np.sum(r[:, None] ** np.arange(1, r.shape[0] + 1), axis=0)


def between_jumps(call: Call, whole: float) -> Call:
    """Move a weighted quantile to the middle between two numbers at which it may jump: sums of weights."""
    weights = call.params.get("weights")
    if weights is None:
        return call
    count = round(weights.sum() / weights.min())
    a, q = call.inputs
    moved = (np.floor(np.asarray(q) / whole * count) + 0.5) * whole / count
    return replace(call, inputs=(a, moved.astype(q.dtype)))


def calm(call: Call) -> Call:
    """Turn complex numbers toward the real axis: a sum of some that cancel each other has a steep logarithm."""
    return call.with_inputs(lambda a: (a.real + 0.2j * a.imag).astype(a.dtype) if a.dtype.kind == "c" else a)


GAUGES: dict[str, Callable[[Call], Call]] = {
    "eigh": partial(gauged, of_vectors),
    "eig": lambda call: gauged(of_general_vectors, apart(call)),
    "numpy.linalg.eigvals": lambda call: gauged(of_eigenvalues, apart(call)),
    "svd": partial(gauged, of_singular_vectors),
    "qr": of_qr_mode,
    "qr_r": partial(of_qr_mode, mode="r"),
    "roots": partial(gauged, power_sums),
    "numpy.roots": partial(gauged, power_sums),
}
GAUGES |= {f"numpy.{name}quantile": partial(between_jumps, whole=1.0) for name in ("", "nan")}
GAUGES |= {f"numpy.{name}percentile": partial(between_jumps, whole=100.0) for name in ("", "nan")}
GAUGES |= {"scipy.special._logsumexp.logsumexp": calm}
GAUGES |= {f"numpy.linalg.{name}": GAUGES[name] for name in ("eigh", "eig", "svd", "qr")}
