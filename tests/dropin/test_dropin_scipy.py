"""`autograd.scipy` but for the distributions: convolution, linear algebra, differential equations."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from autograd.scipy import integrate, linalg, signal
from autograd.test_util import check_grads
from faces import A, X, close

from autograd import compile, grad, vjp

RNG = np.random.default_rng(0)
pytestmark = pytest.mark.usefixtures("seeded")


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("sizes", [((5,), (3,)), ((3,), (3,)), ((2,), (5,)), ((4, 5), (2, 3)), ((5, 4), (2, 2))])
def test_convolve_is_scipys(mode: str, sizes: Any) -> None:
    a, b = (RNG.normal(size=size) for size in sizes)
    close(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode, method="direct"))
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode), (0, 1))(a, b)


def test_convolve_along_some_axes() -> None:
    a, b = RNG.normal(size=(2, 3, 6)), RNG.normal(size=(4, 4, 3))
    found = signal.convolve(a, b, axes=([2], [0]), dot_axes=([1], [2]), mode="valid")
    assert found.shape == (2, 4, 3)
    expected = sum(scipy.signal.convolve(a[1, k], b[:, 2, k], "valid", "direct") for k in range(3))
    close(found[1, 2], expected)
    turned = signal.convolve(b, a, axes=([0], [2]), dot_axes=([2], [1]), mode="valid")
    close(np.swapaxes(turned, 0, 1), found)
    with pytest.raises(ValueError, match="mode"):
        signal.convolve(X, X, mode="some")
    with pytest.raises(ValueError, match="neither"):
        signal.convolve(np.ones((2, 3)), np.ones((3, 2)), mode="valid")


@pytest.mark.parametrize("trans", [0, 1, "N", "T"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("width", [(), (2,)])
def test_solve_triangular(trans: Any, lower: bool, unit: bool, width: Any) -> None:
    b = RNG.normal(size=(3, *width))
    check_grads(
        lambda a, b: linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit), (0, 1), order=1
    )(A, b)


@pytest.mark.parametrize("widths", [(1, 1), (0, 2), (2, 0), (2, 1), (1, 0)])
@pytest.mark.parametrize("columns", [(), (2,)])
def test_solve_banded(widths: Any, columns: Any) -> None:
    below, above = widths
    bands = RNG.normal(size=(below + above + 1, 4))
    bands[above] += 5
    check_grads(lambda ab, b: linalg.solve_banded(widths, ab, b), (0, 1))(bands, RNG.normal(size=(4, *columns)))


def test_matrix_functions() -> None:
    positive = A @ A.T
    check_grads(linalg.sqrtm)(positive)
    check_grads(linalg.expm)(A / 5)
    check_grads(linalg.solve_sylvester, (0, 1, 2))(A, A + 2 * np.eye(3), RNG.normal(size=(3, 3)))
    check_grads(linalg.block_diag, (0, 1))(A, X)
    close(linalg.block_diag(A, X), scipy.linalg.block_diag(A, X))
    check_grads(linalg.inv)(A)
    check_grads(lambda a: linalg.cholesky((a + a.T) / 2))(positive)
    close(linalg.cholesky(positive), scipy.linalg.cholesky(positive))
    with pytest.raises(NotImplementedError):
        grad(lambda a: np.sum(linalg.logm(a)))(positive)


def test_odeint() -> None:
    def f(y: Any, t: Any, rate: Any, shift: Any) -> Any:
        return -rate * y + np.sin(t) * shift

    check_grads(lambda y, t, p: integrate.odeint(f, y, t, p), (0, 1, 2), modes=["rev"], order=1)(
        X, np.linspace(0.0, 0.5, 3), (np.array([0.5, 1.0, 1.5]), 0.3)
    )


def test_logsumexp_has_moved() -> None:
    from autograd.scipy.misc import logsumexp

    with pytest.warns(DeprecationWarning, match=r"scipy\.special"):
        close(logsumexp(X), scipy.special.logsumexp(X))


S = A @ A.T
B = RNG.normal(size=(3, 2))
OPTIONS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("inv", (A,), {"overwrite_a": True, "check_finite": False}),
    ("inv", (A,), {"assume_a": "pos"}),
    ("inv", (A,), {"assume_a": "lower triangular"}),
    ("det", (A, True), {}),
    ("pinv", (A[:2],), {"rtol": 1e-3, "check_finite": False}),
    ("pinv", (A,), {"atol": 1e-3}),
    ("norm", (A, "fro"), {"check_finite": False}),
    ("norm", (A, 1, 0, True), {}),
    ("cholesky", (S, True, True), {}),
    ("cholesky", (S,), {"check_finite": False}),
    ("eigvalsh", (A,), {"lower": False, "driver": "evr"}),
    ("eigvalsh", (A,), {"subset_by_index": [1, 2]}),
    ("eigvalsh", (A,), {"subset_by_value": [2.0, 100.0]}),
    ("eigh", (A,), {"eigvals_only": True, "overwrite_a": True}),
    ("solve_triangular", (A, X, 0, False, True), {"overwrite_b": True, "check_finite": False}),
]
OPTIONS += [
    ("solve", (S, b), {"assume_a": kind, "lower": lower, "overwrite_b": True})
    for kind in ("gen", "sym", "symmetric", "her", "pos", "positive definite", "diagonal", "upper triangular")
    for b, lower in ((X, False), (B, True))
]
OPTIONS += [("solve", (A, X, False, True), {"transposed": True}), ("solve", (A, B), {"assume_a": "tridiagonal"})]
OPTIONS += [(name, (A, S), {"type": kind}) for name in ("eigvalsh",) for kind in (1, 2, 3)]
OPTIONS += [("eigh", (A, S), {"eigvals_only": True, "lower": False}), ("eigvalsh", (A, S), {"subset_by_index": (0, 1)})]


@pytest.mark.parametrize(("name", "args", "options"), OPTIONS)
def test_options_are_scipys(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
    fun = getattr(linalg, name)
    count = 2 if len(args) > 1 and isinstance(args[1], np.ndarray) else 1
    fresh = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    expected = getattr(scipy.linalg, name)(*fresh, **options)
    found, _ = vjp(lambda *traced: fun(*traced, *args[count:], **options), *args[:count])
    close(found, expected)

    def of_copies(*traced: Any) -> Any:
        # Plain arrays are SciPy's to overwrite.
        return fun(*map(np.copy, traced), *args[count:], **options)

    check_grads(of_copies, tuple(range(count)), order=1)(*args[:count])


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("which", [None, [1, 2]])
def test_eigenvectors_of_a_pair(kind: int, which: Any) -> None:
    (w, v), _ = vjp(lambda a, b: linalg.eigh(a, b, type=kind, subset_by_index=which), A, S)
    theirs_w, theirs_v = scipy.linalg.eigh(A, S, type=kind, subset_by_index=which)
    close(w, theirs_w)
    close(np.abs(v), np.abs(theirs_v))
    check_grads(lambda a, b: abs(linalg.eigh(a, b, type=kind, subset_by_index=which)[1]), (0, 1), order=1)(A, S)


def test_the_rank_of_a_pseudo_inverse_and_refusals() -> None:
    (_, rank), _ = vjp(lambda a: linalg.pinv(a, return_rank=True), A[:2])
    assert rank == 2
    with pytest.raises(ValueError, match="structure"):
        grad(lambda a: np.sum(linalg.inv(a, assume_a="some")))(A)
    with pytest.raises(ValueError, match="subsets"):
        grad(lambda a: np.sum(linalg.eigvalsh(a, subset_by_index=(0, 1), subset_by_value=(0, 1))))(A)
    with pytest.raises(ValueError, match="type"):
        grad(lambda a: np.sum(linalg.eigvalsh(a, S, type=4)))(A)


def test_lists_and_arrays_stay_whole() -> None:
    close(grad(lambda x: linalg.det([[x, 1.0], [2.0, x]]))(3.0), 6.0)
    close(grad(lambda x: np.sum(linalg.block_diag([[x]], 2.0)))(3.0), 1.0)
    b = X.copy(order="F")
    grad(lambda a: np.sum(linalg.solve_triangular(a, b, overwrite_b=True)))(A)
    close(b, X)
    bands, widths = RNG.normal(size=(3, 4)) + np.array([[0.0], [5.0], [0.0]]), (1, 1)
    kept, right = bands.copy(), RNG.normal(size=4)
    check_grads(lambda ab: linalg.solve_banded(widths, ab, right, True, check_finite=False), order=1)(bands)
    close(bands, kept)


def test_compiled() -> None:
    for f, at in (
        (lambda a: np.sum(linalg.solve(a, X, assume_a="pos")), S),
        (lambda a: np.sum(linalg.eigh(a, S, eigvals_only=True) ** 2), A),
        (lambda a: np.sum(linalg.pinv(a)), A),
        (lambda a: np.sum(anp.ascontiguousarray(a.T)[0] ** 2), A),
        (lambda a: np.sum(anp.vectorize(lambda x: x * x)(a)), A),
    ):
        close(compile(grad(f))(at), grad(f)(at))
