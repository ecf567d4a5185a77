"""The calls that ``python -m benchmarks.ops`` times beside those it makes of the declarations: one row each.

A row is a function of the arrays in which it is differentiated, named after NumPy's or SciPy's; words after the name
tell the case. Where the value is a view of the input, which takes no time, a multiplication makes it an array.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special
from numpy.lib.stride_tricks import sliding_window_view
from numpy.polynomial import polynomial

N = 1000
rng = np.random.default_rng(0)
#: A vector and a square of a million distinct numbers each, and integers to index with.
V = rng.permutation(N * N) / (N * N) + 0.25
M = V.reshape(N, N)
INDEX = rng.integers(0, N * N, N * N)
COLUMNS = INDEX.reshape(N, N) % N
ROWS = rng.integers(0, N, N)
MASK = V > 0.7
T = rng.standard_normal((100, 100, 100))
COUNTS = np.arange(N) % 2 + 1
#: Complex numbers, and the tenth of a million that SciPy's functions get.
C = M + 0.5j * M
TENTH = V[: N * N // 10]
#: Matrices of 300 for what costs the cube.
SQUARE = rng.standard_normal((300, 300)) + 20 * np.eye(300)
POSITIVE = SQUARE @ SQUARE.T / 300 + np.eye(300)
TALL = rng.standard_normal((600, 200))
SIGNAL, KERNEL = rng.standard_normal(100_000), rng.standard_normal(100)
POLY, PLANE = rng.standard_normal(20), rng.standard_normal((5, 5))
#: A polynomial to divide by, of which the first coefficient is the largest.
LEADING = POLY + 20.0 * (np.arange(20) == 0)

Case = tuple[Callable[..., Any], tuple[Any, ...]]


def of(fun: Callable[..., Any], *args: Any) -> Case:
    """Write a row: a function and the arguments in which it is differentiated."""
    return fun, args


def written_into(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make the function that copies an array, writes into the copy, and gives it."""

    def run(x: Any) -> Any:
        y = x * 1.0
        write(y)
        return y

    return run


def scaled(parts: Any) -> list[Any]:
    """Make arrays of views."""
    return [part * 1.0 for part in parts]


CASES: dict[str, Case] = {
    # Moving about
    "numpy.reshape": of(lambda x: np.reshape(x, (N // 2, 2 * N)) * 1.0, M),
    "numpy.ravel": of(lambda x: np.ravel(x) * 1.0, M),
    "numpy.expand_dims": of(lambda x: np.expand_dims(x, 1) * 1.0, M),
    "numpy.squeeze": of(lambda x: np.squeeze(x) * 1.0, M[:, None]),
    "numpy.atleast_1d": of(lambda x: np.atleast_1d(x) * 1.0, M),
    "numpy.atleast_2d": of(lambda x: np.atleast_2d(x) * 1.0, V),
    "numpy.atleast_3d": of(lambda x: np.atleast_3d(x) * 1.0, M),
    "numpy.astype": of(lambda x: np.astype(x, np.float32), M),
    "numpy.copy": of(np.copy, M),
    "numpy.resize": of(lambda x: np.resize(x, (2 * N, N)), M),
    "numpy.transpose": of(lambda x: np.transpose(x) * 1.0, M),
    "numpy.matrix_transpose": of(lambda x: np.matrix_transpose(x) * 1.0, M),
    "numpy.swapaxes": of(lambda x: np.swapaxes(x, 0, 2) * 1.0, T),
    "numpy.moveaxis": of(lambda x: np.moveaxis(x, 0, 2) * 1.0, T),
    "numpy.rollaxis": of(lambda x: np.rollaxis(x, 2) * 1.0, T),
    "numpy.concatenate": of(lambda x, y: np.concatenate([x, y], axis=1), M, M),
    "numpy.stack": of(lambda x, y: np.stack([x, y], axis=1), M, M),
    "numpy.hstack": of(lambda x: np.hstack([x, x]), M),
    "numpy.vstack": of(lambda x: np.vstack([x, x]), M),
    "numpy.dstack": of(lambda x: np.dstack([x, x]), M),
    "numpy.column_stack": of(lambda x: np.column_stack([x, x]), V),
    "numpy.unstack": of(lambda x: scaled(np.unstack(x)), T),
    "numpy.split": of(lambda x: scaled(np.split(x, 4, axis=1)), M),
    "numpy.array_split": of(lambda x: scaled(np.array_split(x, 3)), M),
    "numpy.hsplit": of(lambda x: scaled(np.hsplit(x, 4)), M),
    "numpy.vsplit": of(lambda x: scaled(np.vsplit(x, 4)), M),
    "numpy.dsplit": of(lambda x: scaled(np.dsplit(x, 4)), T),
    "numpy.roll": of(lambda x: np.roll(x, 3, axis=1), M),
    "numpy.rot90": of(lambda x: np.rot90(x) * 1.0, M),
    "numpy.flip": of(lambda x: np.flip(x, 1) * 1.0, M),
    "numpy.fliplr": of(lambda x: np.fliplr(x) * 1.0, M),
    "numpy.flipud": of(lambda x: np.flipud(x) * 1.0, M),
    "numpy.tile": of(lambda x: np.tile(x, (2, 2)), M),
    "numpy.repeat": of(lambda x: np.repeat(x, 2, axis=1), M),
    "numpy.repeat by counts": of(lambda x: np.repeat(x, COUNTS, axis=0), M),
    "numpy.pad constant": of(lambda x: np.pad(x, 2), M),
    "numpy.pad reflect": of(lambda x: np.pad(x, 2, mode="reflect"), M),
    "numpy.pad wrap": of(lambda x: np.pad(x, 2, mode="wrap"), M),
    "numpy.pad mean": of(lambda x: np.pad(x, 2, mode="mean"), M),
    "numpy.append": of(lambda x, y: np.append(x, y), M, M),
    "numpy.insert": of(lambda x: np.insert(x, [3, 500], 1.0, axis=0), M),
    "numpy.delete": of(lambda x: np.delete(x, [3, 500], axis=0), M),
    "numpy.trim_zeros": of(lambda x: np.trim_zeros(x) * 1.0, V),
    "numpy.block": of(lambda x: np.block([[x, x], [x, x]]), M),
    "numpy.diag": of(lambda x: np.diag(x), V[:N]),
    "numpy.diagflat": of(np.diagflat, V[:N]),
    "numpy.diagonal": of(lambda x: np.diagonal(x) * 1.0, M),
    "numpy.linalg.diagonal": of(lambda x: np.linalg.diagonal(x) * 1.0, M),
    "numpy.tril": of(np.tril, M),
    "numpy.triu": of(np.triu, M),
    "numpy.meshgrid": of(lambda x: np.meshgrid(x, x), V[:N]),
    "numpy.ix_": of(lambda x, y: np.multiply(*np.ix_(x, y)), V[:N], V[:N]),
    "numpy.broadcast_arrays": of(lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), V[:N], V[:N, None]),
    "numpy.broadcast_to": of(lambda x: np.broadcast_to(x, (N, N)) * 1.0, V[:N]),
    "numpy.full_like": of(lambda x, v: np.full_like(x, v), M, V[:N]),
    "numpy.linspace": of(lambda x, y: np.linspace(x, y, N), V[:N], V[N : 2 * N]),
    "numpy.logspace": of(lambda x, y: np.logspace(x, y, N), V[:N], V[N : 2 * N]),
    "numpy.geomspace": of(lambda x, y: np.geomspace(x, y, N), V[:N], V[N : 2 * N]),
    "numpy.lib.stride_tricks.sliding_window_view": of(lambda x: sliding_window_view(x, 5, axis=1) * 1.0, M),
    # Choosing and writing
    "x[integers]": of(lambda x: x[INDEX], V),
    "x[rows]": of(lambda x: x[ROWS], M),
    "x[slice]": of(lambda x: x[:, 1:-1] * 1.0, M),
    "x[mask]": of(lambda x: x[MASK], V),
    "numpy.take": of(lambda x: np.take(x, ROWS, axis=1), M),
    "numpy.take_along_axis": of(lambda x: np.take_along_axis(x, COLUMNS, axis=1), M),
    "numpy.where": of(lambda x, y: np.where(MASK, x, y), V, V),
    "numpy.select": of(lambda x: np.select([x > 0.9, x > 0.5], [x * 2.0, x * 3.0], 0.0), V),
    "numpy.choose": of(lambda x, y: np.choose(MASK.astype(int), [x, y]), V, V),
    "numpy.piecewise": of(lambda x: np.piecewise(x, [MASK], [np.sin, np.square]), V),
    "numpy.compress": of(lambda x: np.compress(MASK, x), V),
    "numpy.extract": of(lambda x: np.extract(MASK, x), V),
    "numpy.clip": of(lambda x: np.clip(x, 0.5, 1.0), V),
    "x[slice] = v": of(lambda x, v: written_into(lambda y: y.__setitem__(slice(10, None), v))(x), V, V[10:]),
    "x[integers] = v": of(lambda x, v: written_into(lambda y: y.__setitem__(INDEX, v))(x), V, V),
    "numpy.put": of(lambda x, v: written_into(lambda y: np.put(y, INDEX, v))(x), V, V),
    "numpy.put_along_axis": of(lambda x, v: written_into(lambda y: np.put_along_axis(y, COLUMNS, v, 1))(x), M, M),
    "numpy.putmask": of(lambda x, v: written_into(lambda y: np.putmask(y, MASK, v))(x), V, V),
    "numpy.place": of(lambda x, v: written_into(lambda y: np.place(y, MASK, v))(x), V, V),
    "numpy.copyto": of(lambda x, v: written_into(lambda y: np.copyto(y, v, where=MASK))(x), V, V),
    "numpy.fill_diagonal": of(lambda x, v: written_into(lambda y: np.fill_diagonal(y, v))(x), M, V[:N]),
    # Reductions by their keywords, scans
    "numpy.sum where": of(lambda x: np.sum(x, where=MASK), V),
    "numpy.mean axis 0": of(lambda x: np.mean(x, axis=0), M),
    "numpy.max axis 1": of(lambda x: np.max(x, axis=1), M),
    "numpy.prod axis 1": of(lambda x: np.prod(x, axis=1), M),
    "numpy.var axis 1": of(lambda x: np.var(x, axis=1), M),
    "numpy.std axis 1": of(lambda x: np.std(x, axis=1), M),
    "numpy.ptp": of(lambda x: np.ptp(x, axis=1), M),
    "numpy.apply_along_axis": of(lambda x: np.apply_along_axis(np.cumsum, 1, x), M),
    "numpy.apply_over_axes": of(lambda x: np.apply_over_axes(np.sum, x, [0, 1]), M),
    "numpy.nansum": of(np.nansum, V),
    "numpy.nanmean": of(np.nanmean, V),
    "numpy.nanvar": of(np.nanvar, V),
    "numpy.nanmax": of(np.nanmax, V),
    "numpy.nanprod": of(lambda x: np.nanprod(x, axis=1), M),
    "numpy.cumsum": of(lambda x: np.cumsum(x, axis=1), M),
    "numpy.cumprod": of(lambda x: np.cumprod(x, axis=1), M),
    "numpy.cumulative_sum": of(lambda x: np.cumulative_sum(x, axis=1), M),
    "numpy.cumulative_prod": of(lambda x: np.cumulative_prod(x, axis=1), M),
    "numpy.nancumsum": of(lambda x: np.nancumsum(x, axis=1), M),
    "numpy.nancumprod": of(lambda x: np.nancumprod(x, axis=1), M),
    "numpy.diff": of(lambda x: np.diff(x, axis=1), M),
    "numpy.ediff1d": of(np.ediff1d, V),
    "numpy.unwrap": of(lambda x: np.unwrap(x, axis=1), 10 * M),
    "numpy.gradient": of(lambda x: np.gradient(x, axis=1), M),
    "numpy.trapezoid": of(lambda x: np.trapezoid(x, axis=1), M),
    "numpy.maximum.accumulate": of(lambda x: np.maximum.accumulate(x, axis=1), M),
    "numpy.add.reduceat": of(lambda x: np.add.reduceat(x, np.arange(0, N * N, 7)), V),
    "numpy.logaddexp.reduce": of(lambda x: np.logaddexp.reduce(x, axis=1), M),
    "numpy.add.at": of(lambda x, v: written_into(lambda y: np.add.at(y, INDEX, v))(x), V, V),
    # Order and statistics
    "numpy.sort": of(lambda x: np.sort(x, axis=1), M),
    "numpy.sort_complex": of(np.sort_complex, V),
    "numpy.partition": of(lambda x: np.partition(x, 500, axis=1), M),
    "numpy.median": of(lambda x: np.median(x, axis=1), M),
    "numpy.quantile": of(lambda x: np.quantile(x, [0.2, 0.7], axis=1), M),
    "numpy.percentile": of(lambda x: np.percentile(x, [20, 70], axis=1), M),
    "numpy.nanmedian": of(lambda x: np.nanmedian(x, axis=0), M),
    "numpy.nanquantile": of(lambda x: np.nanquantile(x, [0.2, 0.7], axis=1), M),
    "numpy.nanpercentile": of(lambda x: np.nanpercentile(x, [20, 70], axis=1), M),
    "numpy.unique": of(np.unique, V),
    "numpy.unique_values": of(np.unique_values, V),
    "numpy.unique_all": of(lambda x: np.unique_all(x).values, V),
    "numpy.unique_counts": of(lambda x: np.unique_counts(x).values, V),
    "numpy.unique_inverse": of(lambda x: np.unique_inverse(x).values, V),
    "numpy.union1d": of(np.union1d, V, V[::2]),
    "numpy.intersect1d": of(np.intersect1d, V, V[::2]),
    "numpy.setdiff1d": of(np.setdiff1d, V, V[::2]),
    "numpy.setxor1d": of(np.setxor1d, V, V[::2]),
    "numpy.average": of(lambda x, w: np.average(x, axis=1, weights=w), M, M),
    "numpy.cov": of(lambda x: np.cov(x), TALL.T),
    "numpy.corrcoef": of(lambda x: np.corrcoef(x), TALL.T),
    "numpy.bincount": of(lambda w: np.bincount(INDEX, weights=w), V),
    "numpy.histogram": of(lambda w: np.histogram(V, bins=100, weights=w)[0], V),
    "numpy.histogram2d": of(lambda w: np.histogram2d(V, V[::-1], bins=100, weights=w)[0], V),
    "numpy.histogramdd": of(lambda w: np.histogramdd((V, V[::-1]), bins=100, weights=w)[0], V),
    "numpy.histogram_bin_edges": of(lambda x: np.histogram_bin_edges(x, 100), V),
    "numpy.interp": of(lambda x, fp: np.interp(x, np.linspace(0, 2, N), fp), V, V[:N]),
    "numpy.convolve": of(np.convolve, SIGNAL, KERNEL),
    "numpy.correlate": of(lambda x, y: np.correlate(x, y, "same"), SIGNAL, KERNEL),
    "numpy.polyval": of(np.polyval, POLY, V),
    "numpy.polynomial.polynomial.polyval2d": of(lambda x, y, c: polynomial.polyval2d(x, y, c), V, V, PLANE),
    "numpy.polynomial.polynomial.polygrid2d": of(lambda x, y, c: polynomial.polygrid2d(x, y, c), V[:N], V[:N], PLANE),
    "numpy.polyadd": of(np.polyadd, V, V),
    "numpy.polysub": of(np.polysub, V, V),
    "numpy.polymul": of(np.polymul, SIGNAL, KERNEL),
    "numpy.polydiv": of(np.polydiv, V[:N], LEADING),
    "numpy.polyder": of(np.polyder, V),
    "numpy.polyint": of(np.polyint, V),
    "numpy.poly": of(np.poly, V[:300]),
    "numpy.vander": of(lambda x: np.vander(x, 10), V[:100_000]),
    "numpy.polyfit": of(lambda y: np.polyfit(V[:N], y, 5), V[:N]),
    "numpy.roots": of(np.roots, POLY),
    # Products
    "numpy.matmul": of(np.matmul, M, M),
    "numpy.dot": of(np.dot, M, M),
    "numpy.inner": of(np.inner, M, M),
    "numpy.vdot": of(np.vdot, V, V),
    "numpy.outer": of(np.outer, V[:N], V[:N]),
    "numpy.linalg.outer": of(np.linalg.outer, V[:N], V[:N]),
    "numpy.tensordot": of(lambda x, y: np.tensordot(x, y, 2), T, T),
    "numpy.kron": of(np.kron, V[:N].reshape(20, 50), V[:N].reshape(50, 20)),
    "numpy.cross": of(np.cross, V[:999_999].reshape(-1, 3), V[1:].reshape(-1, 3)),
    "numpy.linalg.cross": of(np.linalg.cross, V[:999_999].reshape(-1, 3), V[1:].reshape(-1, 3)),
    "numpy.vecdot": of(lambda x, y: np.vecdot(x, y), M, M),
    "numpy.linalg.vecdot": of(lambda x, y: np.linalg.vecdot(x, y), M, M),
    "numpy.matvec": of(lambda x, y: np.matvec(x, y), T, T[0]),
    "numpy.vecmat": of(lambda x, y: np.vecmat(x, y), T[0], T),
    "numpy.einsum product": of(lambda x, y: np.einsum("ij,jk->ik", x, y), SQUARE, SQUARE),
    "numpy.einsum batched": of(lambda x, y: np.einsum("bij,bjk->bik", x, y), T, T),
    "numpy.einsum diagonal": of(lambda x: np.einsum("ii->i", x) * 1.0, M),
    "numpy.einsum row products": of(lambda x, y: np.einsum("ij,ij->i", x, y), M, M),
    "numpy.linalg.multi_dot": of(lambda x, y, z: np.linalg.multi_dot([x, y, z]), SQUARE, SQUARE, SQUARE),
    "numpy.linalg.matrix_power": of(lambda x: np.linalg.matrix_power(x, 5), SQUARE),
    "numpy.trace": of(np.trace, M),
    "numpy.linalg.trace": of(np.linalg.trace, M),
    # Norms, solves, decompositions
    "numpy.linalg.norm": of(np.linalg.norm, M),
    "numpy.linalg.norm 1": of(lambda x: np.linalg.norm(x, 1), M),
    "numpy.linalg.norm 3 of rows": of(lambda x: np.linalg.norm(x, 3, axis=1), M),
    "numpy.linalg.norm nuc": of(lambda x: np.linalg.norm(x, "nuc"), SQUARE),
    "numpy.linalg.matrix_norm": of(np.linalg.matrix_norm, M),
    "numpy.linalg.cond": of(np.linalg.cond, SQUARE),
    "numpy.linalg.det": of(np.linalg.det, SQUARE / 20),
    "numpy.linalg.slogdet": of(lambda x: np.linalg.slogdet(x)[1], SQUARE),
    "numpy.linalg.inv": of(np.linalg.inv, SQUARE),
    "numpy.linalg.pinv": of(np.linalg.pinv, TALL),
    "numpy.linalg.solve": of(np.linalg.solve, SQUARE, SQUARE),
    "numpy.linalg.tensorsolve": of(np.linalg.tensorsolve, SQUARE.reshape(15, 20, 300), SQUARE[0].reshape(15, 20)),
    "numpy.linalg.tensorinv": of(np.linalg.tensorinv, SQUARE.reshape(15, 20, 300)),
    "numpy.linalg.lstsq": of(lambda x, b: np.linalg.lstsq(x, b)[0], TALL, TALL[:, 0]),
    "numpy.linalg.cholesky": of(np.linalg.cholesky, POSITIVE),
    "numpy.linalg.qr": of(lambda x: np.linalg.qr(x), TALL),
    "numpy.linalg.eigh": of(lambda x: np.linalg.eigh(x), POSITIVE),
    "numpy.linalg.eigvalsh": of(np.linalg.eigvalsh, POSITIVE),
    "numpy.linalg.eig": of(lambda x: np.linalg.eig(x), SQUARE),
    "numpy.linalg.eigvals": of(np.linalg.eigvals, SQUARE),
    "numpy.linalg.svd": of(lambda x: np.linalg.svd(x, full_matrices=False), TALL),
    "numpy.linalg.svdvals": of(np.linalg.svdvals, TALL),
    # Fourier transforms
    "numpy.fft.fft": of(lambda x: np.fft.fft(x), M),
    "numpy.fft.ifft": of(lambda x: np.fft.ifft(x), C),
    "numpy.fft.rfft": of(lambda x: np.fft.rfft(x), M),
    "numpy.fft.irfft": of(lambda x: np.fft.irfft(x), C),
    "numpy.fft.fft2": of(lambda x: np.fft.fft2(x), M),
    "numpy.fft.rfft2": of(lambda x: np.fft.rfft2(x), M),
    "numpy.fft.irfft2": of(lambda x: np.fft.irfft2(x), C),
    "numpy.fft.hfft": of(lambda x: np.fft.hfft(x), C),
    "numpy.fft.ihfft": of(lambda x: np.fft.ihfft(x), M),
    "numpy.fft.ifft2": of(lambda x: np.fft.ifft2(x), C),
    "numpy.fft.fftn": of(lambda x: np.fft.fftn(x), T),
    "numpy.fft.ifftn": of(lambda x: np.fft.ifftn(x), T + 0.5j * T),
    "numpy.fft.rfftn": of(lambda x: np.fft.rfftn(x), T),
    "numpy.fft.irfftn": of(lambda x: np.fft.irfftn(x), T + 0.5j * T),
    "numpy.fft.fftshift": of(lambda x: np.fft.fftshift(x), M),
    "numpy.fft.ifftshift": of(lambda x: np.fft.ifftshift(x), M),
    # Complex numbers
    "numpy.real": of(lambda x: np.real(x) * 1.0, C),
    "numpy.imag": of(lambda x: np.imag(x) * 1.0, C),
    "numpy.real_if_close": of(lambda x: np.real_if_close(x) * 1.0, M + 0j),
    "numpy.conjugate": of(np.conjugate, C),
    "numpy.angle": of(np.angle, C),
    # SciPy's functions that are no ufuncs
    "scipy.special.polygamma": of(lambda x: scipy.special.polygamma(1, x), V),
    "scipy.special.multigammaln": of(lambda x: scipy.special.multigammaln(x + 2.0, 3), TENTH),
    "scipy.special._lambertw": of(lambda x: scipy.special.lambertw(x), TENTH),
    "scipy.special.diric": of(lambda x: scipy.special.diric(x, 5), TENTH),
    "scipy.special.spherical_jn": of(lambda x: scipy.special.spherical_jn(2, x), TENTH),
    "scipy.special.spherical_yn": of(lambda x: scipy.special.spherical_yn(2, x), TENTH),
    "scipy.special.spherical_in": of(lambda x: scipy.special.spherical_in(2, x), TENTH),
    "scipy.special.spherical_kn": of(lambda x: scipy.special.spherical_kn(2, x), TENTH),
    "scipy.special.logsumexp": of(lambda x: scipy.special.logsumexp(x, axis=1), M),
    "scipy.special.softmax": of(lambda x: scipy.special.softmax(x, axis=1), M),
    "scipy.special.log_softmax": of(lambda x: scipy.special.log_softmax(x, axis=1), M),
}  # fmt: skip
