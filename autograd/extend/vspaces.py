"""The vector space that a value lives in: its zeros, ones, basis, sums and inner products, for arrays and trees.

>>> space = vspace({"w": 1.0, "b": (2.0, 3.0)})
>>> space.size
3
>>> space.zeros()
{'w': array(0.), 'b': (array(0.), array(0.))}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograd.entry import Shell
from autograd.tree import flatten, is_node, leaves_like


class VSpace:
    """What HIPS autograd calls the vector space of a value.

    Attributes
    ----------
    size : int
        The number of real coordinates; a complex element has two.
    shape, dtype
        Of an array; of a tree, the same tree of the spaces of its leaves (of a dataclass, a dict of its fields), and
        None.
    iscomplex : bool
        Whether it is the space of a complex array.
    """

    def __init__(self, value: Any) -> None:
        leaves, self._rebuild = flatten(value)
        self._kinds = tuple(_kind(leaf) for leaf in leaves)
        # Arrays of the leaves' shapes that take no memory: what the vectors are compared with.
        self._example = self._rebuild([np.broadcast_to(np.zeros((), dtype), shape) for shape, dtype in self._kinds])
        self.size = sum(math.prod(shape) * (2 if dtype.kind == "c" else 1) for shape, dtype in self._kinds)
        self._nested = is_node(value)
        self.dtype = None if self._nested else self._kinds[0][1]
        self.iscomplex = not self._nested and self._kinds[0][1].kind == "c"

    @property
    def shape(self) -> Any:
        """The lengths of an array's axes; of a tree, the tree of the spaces of its leaves."""
        return _mapped(vspace, self._example) if self._nested else self._kinds[0][0]

    @property
    def ndim(self) -> int:
        """The number of axes of an array."""
        return len(self.shape)

    def zeros(self) -> Any:
        """Give the zero vector."""
        return self._rebuild([np.zeros(shape, dtype) for shape, dtype in self._kinds])

    def ones(self) -> Any:
        """Give the vector whose coordinates are all 1: 1 + 1j for a complex element."""
        return self._rebuild(
            [np.full(shape, 1 + 1j if dtype.kind == "c" else 1, dtype) for shape, dtype in self._kinds]
        )

    def randn(self) -> Any:
        """Give a vector of normally distributed coordinates, from NumPy's global generator."""
        return self._rebuild([_randn(shape, dtype) for shape, dtype in self._kinds])

    def standard_basis(self) -> Iterator[Any]:
        """Give the basis vectors, one after another."""
        for k, (shape, dtype) in enumerate(self._kinds):
            for index in np.ndindex(*shape):
                for unit in (1, 1j) if dtype.kind == "c" else (1,):
                    leaves = [np.zeros(*kind) for kind in self._kinds]
                    leaves[k][index] = unit
                    yield self._rebuild(leaves)

    def add(self, x: Any, y: Any) -> Any:
        """Add two vectors."""
        return self._each(lambda a, b: a + b, x, y)

    def mut_add(self, x: Any, y: Any) -> Any:
        """Add two vectors, the first of which may be None for 0."""
        return self.add(self.zeros() if x is None else x, y)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """Multiply a vector by a number."""
        return self._each(lambda leaf: leaf * a, x)

    def inner_prod(self, x: Any, y: Any) -> Any:
        """Give the real inner product."""
        pairs = zip(self._leaves(x), self._leaves(y), strict=True)
        return sum((np.real(np.sum(np.conj(a) * b)) for a, b in pairs), np.float64(0.0))

    def covector(self, x: Any) -> Any:
        """Conjugate: what takes a vector to the cotangent that pairs with it, and back."""
        return self._each(np.conj, x)

    def _leaves(self, x: Any) -> list[Any]:
        leaves = leaves_like(self._example, x) if self._nested else [x]
        if leaves is None:
            raise TypeError(f"{x!r} is not built as the vectors of {self!r} are")
        return leaves

    def _each(self, fun: Any, *vectors: Any) -> Any:
        return self._rebuild([fun(*parts) for parts in zip(*map(self._leaves, vectors), strict=True)])

    def __eq__(self, other: object) -> bool:
        """Tell whether two spaces have the same tree, shapes and dtypes."""
        if not isinstance(other, VSpace):
            return False
        leaves = leaves_like(self._example, other._example)
        return leaves is not None and tuple(map(_kind, leaves)) == self._kinds

    def __hash__(self) -> int:
        """Hash by the shapes and dtypes."""
        return hash(frozenset(self._kinds))

    def __repr__(self) -> str:
        """Give the tree of shapes and dtypes."""
        return f"<VSpace {_mapped(lambda leaf: f'{leaf.shape} {leaf.dtype}', self._example)!r}>"


class ArrayVSpace(VSpace):
    """The vector space of an array or a number."""

    def __init__(self, value: Any) -> None:
        super().__init__(value if isinstance(value, Shell) else np.asarray(value))


class ComplexArrayVSpace(ArrayVSpace):
    """The vector space of a complex array or number, over the real numbers."""


def vspace(value: Any) -> VSpace:
    """Give the vector space that a value lives in.

    Raises
    ------
    TypeError
        If it is no array, number, Tensor, or tree of these. A Python integer or boolean, and NumPy's, are in none.

    Examples
    --------
    >>> vspace(np.ones((2, 3))).shape
    (2, 3)
    """
    if is_node(value):
        return VSpace(value)
    _kind(value)
    return ComplexArrayVSpace(value) if np.iscomplexobj(value) else ArrayVSpace(value)


def _mapped(fun: Callable[[Any], Any], tree: Any) -> Any:
    """Give a tree with a function of each leaf; a dataclass, whose fields may be of one kind only, as a dict."""
    if is_dataclass(tree) and not isinstance(tree, type):
        tree = {field.name: getattr(tree, field.name) for field in fields(tree) if field.init}
    if isinstance(tree, dict):
        return {key: _mapped(fun, value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [_mapped(fun, value) for value in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return fun(tree)


def _kind(leaf: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Give shape and dtype."""
    numeric = isinstance(leaf, (Shell, np.ndarray, float, complex, np.inexact))
    dtype = getattr(leaf, "dtype", None) if numeric else None
    if isinstance(leaf, (float, complex)) and dtype is None:
        dtype = np.result_type(leaf)
    if dtype is None or dtype.kind not in "iufc":
        raise TypeError(
            f"There is no vector space for {leaf!r} of type {type(leaf).__name__}: use floats, or a tree of them"
        )
    return np.shape(leaf), dtype


def _randn(shape: tuple[int, ...], dtype: Any) -> Any:
    drawn = np.asarray(np.random.randn(*shape))
    return (drawn + 1j * np.random.randn(*shape) if dtype.kind == "c" else drawn).astype(dtype)
