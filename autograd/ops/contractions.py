"""The rarer products: inner, vdot, vecdot, matvec, vecmat, cross, kron, and chains and powers of matrices.

Those that NumPy defines with the conjugate of their first argument (`vdot`, `vecdot`, `vecmat`) are linear in it over
the real numbers only: its cotangent is conjugated once more on the way back.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.multilinear import bilinear
from autograd.op import Matrix, case, composite, present
from autograd.ops.elementwise import READ, conj
from autograd.ops.products import with_axes

Shape = tuple[int, ...]


def _inner_a(g: Array, b: Array, a_shape: Shape) -> Array:
    """Take ∂inner(a, b) back to a: g with b over all axes of b but the last."""
    if not a_shape or np.ndim(b) == 0:
        return g * b
    return np.tensordot(g, b, b.ndim - 1)


def _inner_b(g: Array, a: Array, b_shape: Shape) -> Array:
    """Take ∂inner(a, b) back to b: g with a over all axes of a but the last."""
    if not b_shape or np.ndim(a) == 0:
        return g * a
    free = list(range(a.ndim - 1))
    return np.tensordot(g, a, (free, free))


def _columns(g: Array, x: Array) -> Array:
    """G xᵀ for each vector of two stacks."""
    return g[..., :, None] * x[..., None, :]


def _pairs(g: Array, x: Array, shape: Shape) -> Array:
    """Take a product of a matrix with vectors back to the matrix: Σ g xᵀ over all of them if it is one matrix."""
    if len(shape) > 2:
        return _columns(g, x)
    count = math.prod(g.shape[:-1])
    return np.matmul(np.reshape(g, (count, g.shape[-1])).T, np.reshape(x, (count, x.shape[-1])))


def _dots_back(g: Array, x: Array, shape: Shape) -> Array:
    """Take dot products of vectors with x back to them: Σ g x over all of them if it is one vector."""
    if len(shape) > 1 or x.ndim == 1:
        return g[..., None] * x
    count = math.prod(g.shape)
    return np.matmul(np.reshape(g, count), np.reshape(x, (count, x.shape[-1])))


def _vecdot_x1(g: Array, x2: Array, x1_shape: Shape) -> Array:
    """∂(x1* ⋅ x2) back to x1: (g x2)*, summed over what x1 was broadcast along."""
    return conj(_dots_back(g, x2, x1_shape))


def _vecdot_x2(g: Array, x1: Array, x2_shape: Shape) -> Array:
    """∂(x1* ⋅ x2) back to x2: g x1*, summed over what x2 was broadcast along."""
    return _dots_back(g, conj(x1), x2_shape)


def _matvec_x1(g: Array, x2: Array, x1_shape: Shape) -> Array:
    """Take ∂(x1 x2) back to x1: g x2ᵀ, summed over the vectors that it was multiplied with."""
    return _pairs(g, x2, x1_shape)


def _vecmat_x2(g: Array, x1: Array, x2_shape: Shape) -> Array:
    """Take ∂(x1ᴴ x2) back to x2: x1* gᵀ, summed over the vectors that it was multiplied with."""
    return _pairs(conj(x1), g, x2_shape)


def _three(x: Array) -> Array:
    """Give vectors of the plane a third coordinate, 0."""
    return x if x.shape[-1] == 3 else np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)


def _crossed(g: Array, other: Array, shape: Shape, own: int, its: int, axisc: int) -> tuple[Array, Array]:
    """Give the cotangent of a cross product and the other factor as vectors of space, along the last axis."""
    other = np.moveaxis(other, its, -1)
    if shape[own] == 2 and other.shape[-1] == 2:
        # Of vectors of the plane only the third coordinate is given.
        nothing = np.zeros_like(g)
        return np.stack([nothing, nothing, g], axis=-1), _three(other)
    return np.moveaxis(g, axisc, -1), _three(other)


def _placed(ct: Array, shape: Shape, own: int) -> Array:
    """Put the coordinates of vectors where an argument of `cross` has them."""
    return np.moveaxis(ct[..., : shape[own]], -1, own % len(shape) - len(shape))


def _cross_a(g: Array, b: Array, a_shape: Shape, axisa: int, axisb: int, axisc: int, axis: int | None) -> Array:
    """Take ∂cross(a, b) back to a: cross(b, g)."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    g, b = _crossed(g, b, a_shape, axisa, axisb, axisc)
    return _placed(np.cross(b, g), a_shape, axisa)


def _cross_b(g: Array, a: Array, b_shape: Shape, axisa: int, axisb: int, axisc: int, axis: int | None) -> Array:
    """Take ∂cross(a, b) back to b: cross(g, a)."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    g, a = _crossed(g, a, b_shape, axisb, axisa, axisc)
    return _placed(np.cross(g, a), b_shape, axisb)


def _blocks(g: Array, a_shape: Shape, b_shape: Shape) -> Array:
    """Write the cotangent of a Kronecker product as a matrix: a row for each element of a, a column for each of b."""
    ndim = max(len(a_shape), len(b_shape))
    rows = (1,) * (ndim - len(a_shape)) + a_shape
    columns = (1,) * (ndim - len(b_shape)) + b_shape
    blocks = np.reshape(g, tuple(n for pair in zip(rows, columns, strict=True) for n in pair))
    order = [*range(0, 2 * ndim, 2), *range(1, 2 * ndim, 2)]
    return np.reshape(np.transpose(blocks, order), (math.prod(rows), math.prod(columns)))


def _kron_a(g: Array, b: Array, a_shape: Shape) -> Array:
    """Σ g b over each block."""
    return np.reshape(np.matmul(_blocks(g, a_shape, np.shape(b)), np.reshape(b, -1)), a_shape)


def _kron_b(g: Array, a: Array, b_shape: Shape) -> Array:
    """Σ a g over the blocks."""
    return np.reshape(np.matmul(np.reshape(a, -1), _blocks(g, np.shape(a), b_shape)), b_shape)


def _shaped(x: Array, shape: Shape) -> Array:
    """Reshape, unless it is: a view costs a copy at the end."""
    return x if x.shape == shape else np.reshape(x, shape)


inner = bilinear(
    lambda a, b: np.inner(a, b), name="inner", numpy=(np.inner,), a=_inner_a, b=_inner_b,
    cases=[case((3,), (3,)), case((2, 3), (4, 3)), case((2, 3), (3,)), case((3,), (2, 3)), case((), (2, 3)),
           case((2, 3), ()), case((), ()), case((2, 2, 3), (4, 3)), case((2, 3), (2, 4, 3)), case((2, 0), (3, 0))],
)  # fmt: skip
vdot = bilinear(
    lambda a, b: np.vdot(a, b), name="vdot", numpy=(np.vdot,), note=READ,
    a=lambda g, b, a_shape: _shaped(conj(g * b), a_shape),
    b=lambda g, a, b_shape: _shaped(g * (np.conj(a) if np.iscomplexobj(a) else a), b_shape),
    cases=[case((3,), (3,)), case((2, 3), (2, 3)), case((2, 3), (3, 2)), case((), ()), case((0,), (0,)),
           case((1,), ())],
)  # fmt: skip
vecdot = bilinear(
    np.vecdot, x1=_vecdot_x1, x2=_vecdot_x2, note=READ,
    cases=[case((3,), (3,)), case((2, 3), (3,)), case((2, 1, 3), (4, 3)), case((2, 0), (2, 0)), case((0, 3), (3,))],
)  # fmt: skip
composite(
    np.vecdot, bitwise=True,
    cases=[case((3, 2), (3, 2), axis=0), case((2, 3), (3,), axis=-1, keepdims=True),
           case((2, 3), (2, 3), keepdims=True), case((3, 2), (3, 2), axis=0, keepdims=True),
           case((2, 3, 4), (3, 2, 4), axes=[(0,), (1,), ()]),
           case((2, 3, 4), (3, 2, 4), axes=[0, 1]), case((2, 3, 4), (3, 2, 4), axes=[0, 1], keepdims=True),
           case((2, 3, 4), (3, 2, 4), axes=[0, 1, 0], keepdims=True)],
)(with_axes(np.vecdot))  # fmt: skip
for _ufunc in present(np, "matvec"):
    matvec = bilinear(
        _ufunc, x1=_matvec_x1, note=READ,
        x2=lambda g, x1: np.matmul(np.swapaxes(x1, -1, -2), g[..., None])[..., 0],
        cases=[case((2, 3), (3,)), case((2, 3), (4, 3)), case((2, 2, 3), (3,)), case((2, 1, 2, 3), (4, 3)),
               case((2, 0), (0,)), case((0, 3), (2, 3)), case((2, 3), (0, 3))],
    )  # fmt: skip
    composite(
        _ufunc, bitwise=True,
        cases=[case((2, 3, 4), (2,), axes=[(1, 0), 0, 0]), case((2, 3, 4), (2, 4), axes=[(1, 0), (0,), (1,)])],
    )(with_axes(_ufunc))  # fmt: skip
for _ufunc in present(np, "vecmat"):
    vecmat = bilinear(
        _ufunc, x1=lambda g, x2: conj(np.matmul(x2, g[..., None])[..., 0]),
        x2=_vecmat_x2, note=READ,
        cases=[case((3,), (3, 2)), case((4, 3), (3, 2)), case((3,), (2, 3, 2)), case((4, 3), (2, 1, 3, 2)),
               case((0,), (0, 2)), case((2, 3), (3, 0)), case((0, 3), (3, 2))],
    )  # fmt: skip
    composite(
        _ufunc, bitwise=True,
        cases=[case((2,), (2, 3, 4), axes=[(0,), (0, 1), 1]), case((2, 4), (2, 3, 4), axes=[0, (0, 1), (0,)])],
    )(with_axes(_ufunc))  # fmt: skip
cross = bilinear(
    lambda a, b, axisa=-1, axisb=-1, axisc=-1, axis=None: np.cross(a, b, axisa, axisb, axisc, axis),
    name="cross", numpy=(np.cross,), a=_cross_a, b=_cross_b,
    cases=[case((3,), (3,)), case((2, 3), (3,)), case((3,), (2, 3)), case((3, 2), (3, 2), axis=0), case((0, 3), (0, 3)),
           case((3, 2), (2, 3), axisa=0), case((2, 3, 4), (2, 4, 3), axisa=1, axisc=0),
           case((3, 4), (2, 4, 3), axisa=0), case((4, 3), (3, 2, 4), axisb=-3, axisc=1), case((3,), (4, 3), axisc=0)],
)  # fmt: skip
kron = bilinear(
    lambda a, b: np.kron(a, b), name="kron", numpy=(np.kron,), a=_kron_a, b=_kron_b,
    cases=[case((2,), (3,)), case((2, 3), (3, 2)), case((2,), (2, 3)), case((2, 1, 3), (2, 2)), case((), (2, 3)),
           case((2,), ()), case((), ()), case((0,), (2,)), case((2, 0), (3, 2)), case((1, 2), (2, 1))],
)  # fmt: skip


@composite(np.linalg.vecdot, bitwise=True, note=READ, cases=[case((2, 3), (3,)), case((3, 2), (3, 2), axis=0)])
def _np_linalg_vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Compute Σ x1* x2 along the axis."""
    product: Any = np.vecdot
    return product(x1, x2) if axis == -1 else product(x1, x2, axis=axis)


@composite(np.linalg.outer, bitwise=True, cases=[case((2,), (3,)), case((0,), (2,))])
def _np_linalg_outer(x1: Any, x2: Any, /) -> Any:
    """Compute x1_i x2_j of two vectors."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(f"linalg.outer takes two vectors, met shapes {np.shape(x1)} and {np.shape(x2)}; see np.outer")
    return np.outer(x1, x2)


@composite(np.linalg.cross, bitwise=True, cases=[case((2, 3), (3,)), case((3, 2), (3, 2), axis=0)])
def _np_linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Compute np.cross(x1, x2) of vectors of length 3."""
    if np.shape(x1)[axis] != 3 or np.shape(x2)[axis] != 3:
        raise ValueError(f"linalg.cross takes vectors of length 3, met shapes {np.shape(x1)} and {np.shape(x2)}")
    return np.cross(x1, x2, axis=axis)


CHAINS = [
    case([(2, 3), (3, 4)]), case([(2, 3), (3, 4), (4, 2)]), case([(3,), (3, 4), (4, 2)]), case([(2, 3), (3, 4), (4,)]),
    case([(3,), (3, 4), (4,)]), case([(2, 3), (3, 1), (1, 4), (4, 2)]), case([(3,), (3, 4), (4, 2), (2, 2), (2,)]),
    case([(3,), (3,)]), case([(2, 0), (0, 3), (3, 2)]),
]  # fmt: skip


def _splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Tell for each part of a chain of matrices, from i to j, after which one to split it at the least cost."""
    count = len(sizes) - 1
    cost = {(i, i): (0, i) for i in range(count)}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j] = min(
                (cost[i, k][0] + cost[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )
    return {part: k for part, (_, k) in cost.items()}


# Not bit for bit by itself: where two orders cost the same, NumPy may take the other.
@composite(np.linalg.multi_dot, inputs=("arrays",), cases=CHAINS)
def _np_multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """Multiply in the order that costs least (Cormen et al., Introduction to Algorithms, chapter 14.2)."""
    chain = list(arrays)
    ends = np.ndim(chain[0]), np.ndim(chain[-1])
    chain[0] = np.reshape(chain[0], (1, -1)) if ends[0] == 1 else chain[0]
    chain[-1] = np.reshape(chain[-1], (-1, 1)) if ends[1] == 1 else chain[-1]
    sizes = [np.shape(chain[0])[0], *[np.shape(matrix)[1] for matrix in chain]]
    split = _splits(sizes)

    def product(i: int, j: int) -> Any:
        k = split[i, j]
        return chain[i] if i == j else np.dot(product(i, k), product(k + 1, j))

    shape = (sizes[0],) * (ends[0] != 1) + (sizes[-1],) * (ends[1] != 1)
    return np.reshape(product(0, len(chain) - 1), shape)


POWERS = [
    *[case((3, 3), n=n) for n in (0, 1, 2, 3, 4, 5, 7, -1, -2, -3)], case((2, 2, 2), n=3), case((0, 2, 2), n=2),
    case((2, 1, 2, 2), n=-1), case((1, 1), n=6), case((0, 0), n=2), case((2, 2, 2), n=0),
]  # fmt: skip


@composite(np.linalg.matrix_power, bitwise=True, sample={"a": Matrix("regular")}, cases=POWERS)
def _np_matrix_power(a: Any, n: Any) -> Any:
    """Multiply by squares, from the lowest bit of n upwards."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power takes square matrices, met shape {a.shape}")
    n = operator.index(n)
    if n == 0:
        # Connected, with gradient 0.
        return np.where(False, a, np.eye(a.shape[-1], dtype=a.dtype))
    if n == 1:
        return np.copy(a)
    square, n = (np.linalg.inv(a), -n) if n < 0 else (a, n)
    if n == 3:
        # The order in which NumPy rounds.
        return np.matmul(np.matmul(square, square), square)
    result = None
    while True:
        n, odd = divmod(n, 2)
        if odd:
            result = square if result is None else np.matmul(result, square)
        if not n:
            return result
        square = np.matmul(square, square)
