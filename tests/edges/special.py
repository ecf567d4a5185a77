"""Gradients of SciPy's special functions at the ends of their domains, in the tails, and far out."""

from __future__ import annotations

import math

import numpy as np
from scipy import special
from special_values import INF, row

from autograd.ops.special import functions

#: Where functions of large arguments are at their limits.
FAR = [-1e4, 1e4]
EULER = 0.5772156649015329

ROWS = (
    # Sums of exponentials
    row("logsumexp, all -inf", functions.logsumexp, [-INF, -INF], [0, 0], [0, 0]),
    row("logsumexp, one -inf", functions.logsumexp, [0.0, -INF], [1, 0], [0, 0]),
    row("logsumexp, one +inf", functions.logsumexp, [0.0, INF], [0, 1], [0, 0]),
    row("logsumexp, far out", functions.logsumexp, [1e4, -1e4, 1e4], [0.5, 0, 0.5], [0, 0, 0]),
    row("logsumexp, a row of -inf", lambda x: functions.logsumexp(x, axis=1), [[-INF, -INF], [0, 0]],
        [[0, 0], [0.5, 0.5]]),
    row("logsumexp, a weight of 0", lambda a: functions.logsumexp(a, b=[0.0, 1]), [5.0, 3], [0, 1], [0, 0]),
    row("softmax, far out", lambda x: functions.softmax(x)[0], FAR, [0, 0], [0, 0]),
    row("softmax, far out and equal", lambda x: functions.softmax(x)[0], [1e4, 1e4], [0.25, -0.25], [0, 0]),
    row("log_softmax, far out", lambda x: functions.log_softmax(x)[0], FAR, [1, -1], [0, 0]),
    row("log_softmax, sure", lambda x: functions.log_softmax(x)[1], FAR, [0, 0], [0, 0]),
    # Logistic
    row("expit, far out", special.expit, [-1e4, -INF, 1e4, INF], [0, 0, 0, 0], [0, 0, 0, 0]),
    row("expit, the upper tail", special.expit, [50.0], [math.exp(-50)], [-math.exp(-50)]),
    row("log_expit, far out", special.log_expit, [-1e4, -INF, 1e4, INF], [1, 1, 0, 0], [0, 0, 0, 0]),
    row("logit at its ends", special.logit, [0.0, 0.5, 1], [INF, 4, INF], infinite=True),
    row("logit at its ends, nothing flows", lambda x: special.logit(x) * 0, [0.0, 1], [0, 0], forward=False,
        warns=True),
    row("logit at its ends, not chosen", lambda x: special.logit(x)[1], [0.0, 0.5, 1], [0, 4, 0], forward=False),
    # Entropies
    row("xlogy at 0", special.xlogy, ([0.0, 0, 2], [0.0, 3, 1]), ([-INF, math.log(3), 0], [0, 0, 2]), infinite=True),
    row("xlogy, 0 log 0, nothing flows", lambda x, y: special.xlogy(x, y) * 0, (0.0, 0.0), (0, 0), forward=False),
    row("xlogy, a constant 0", lambda y: special.xlogy(0.0, y), [0.0, 1], [0, 0], [0, 0]),
    row("xlog1py at 0", special.xlog1py, ([0.0, 0], [-1.0, 1]), ([-INF, math.log(2)], [0, 0]), infinite=True),
    row("xlog1py, tiny", special.xlog1py, (1.0, 1e-300), (1e-300, 1)),
    row("entr at 0", special.entr, [0.0, 1], [INF, -1], infinite=True),
    row("entr at 0, nothing flows", lambda x: special.entr(x) * 0, [0.0], [0], forward=False),
    row("rel_entr at 0", special.rel_entr, ([0.0, 2], [1.0, 2]), ([-INF, 1], [0, -1]), infinite=True),
    row("rel_entr at (0, 0)", special.rel_entr, (0.0, 0.0), (-INF, 0), infinite=True),
    row("rel_entr, extreme magnitudes", special.rel_entr, (1e-300, 1e300), (1 - 600 * math.log(10), 0)),
    row("kl_div at 0", special.kl_div, ([0.0, 2], [1.0, 2]), ([-INF, 0], [1, 0]), infinite=True),
    row("kl_div at (0, 0)", special.kl_div, (0.0, 0.0), (-INF, 1), infinite=True),
    row("huber at the knee", special.huber, (1.0, [-1.0, 0, 1, 3]), (2, [-1, 0, 1, 1])),
    row("pseudo_huber at 0", special.pseudo_huber, (0.0, 0.0), (0, 0)),
    row("pseudo_huber, huge", special.pseudo_huber, (1e200, 1.0), (0, 1)),
    row("boxcox, the logarithm", special.boxcox, (2.0, 0.0), (0.5, math.log(2) ** 2 / 2)),
    row("boxcox1p, the logarithm", special.boxcox1p, (1.0, 0.0), (0.5, math.log(2) ** 2 / 2)),
    row("inv_boxcox, the exponential", special.inv_boxcox, (1.0, 0.0), (math.e, -math.e / 2)),
    row("exprel at 0", special.exprel, [0.0], [0.5], [1 / 3]),
    row("exprel, far out", special.exprel, [-1e4], [1e-8], [2e-12]),
    row("cosm1 at 0", special.cosm1, [0.0, 1e-300], [0, -1e-300], [-1, -1]),
    row("cbrt at 0", special.cbrt, [0.0, 8], [INF, 1 / 12], infinite=True),
    # The normal distribution
    row("erf, far out", special.erf, [-1e4, 0, 1e4], [0, 2 / math.sqrt(math.pi), 0], [0, 0, 0]),
    row("erfcx, far out", special.erfcx, [1e4], [-5.6418957508491275e-9], [1.1283791332441388e-12]),
    row("dawsn, far out", special.dawsn, [-1e4, 1e4],
        [-5.0000000750000019e-9, -5.0000000750000019e-9], [-1.0000000300000011e-12, 1.0000000300000011e-12]),
    row("erfinv at its ends", special.erfinv, [-1.0, 0, 1], [INF, math.sqrt(math.pi) / 2, INF], infinite=True),
    row("erfinv at its ends, nothing flows", lambda x: special.erfinv(x) * 0, [-1.0, 1], [0, 0], forward=False,
        warns=True),
    row("erfcinv at its ends", special.erfcinv, [0.0, 2], [-INF, -INF], infinite=True),
    row("log_ndtr, the lower tail", special.log_ndtr, [-1e4], [1e4 + 1e-4], [-1 + 1e-8]),
    row("log_ndtr, the upper tail", special.log_ndtr, [1e4, INF], [0, 0], [0, 0]),
    row("ndtri at its ends", special.ndtri, [0.0, 0.5, 1], [INF, math.sqrt(2 * math.pi), INF], infinite=True),
    row("ndtri_exp, the median", special.ndtri_exp, [-math.log(2)], [math.sqrt(2 * math.pi) / 2]),
    # Gamma and beta
    row("rgamma at its zeros", special.rgamma, [0.0, -1, -2, -3], [1, -1, 2, -6]),
    row("gamma, loggamma, digamma at 1", lambda x: special.gamma(x) + special.gammaln(x), [1.0], [-2 * EULER]),
    row("binom, more than there are", special.binom, (2.0, 3.0), (1 / 3, -1 / 3)),
    row("poch at a whole number below 0", lambda z: special.poch(z, 2.0), [-3.0, 0, 1], [-5, 1, 3]),
    row("gammainc at 0", lambda x: special.gammainc([0.5, 1, 2, 3], x), [0.0, 0, 0, 0], [INF, 1, 0, 0], infinite=True),
    row("gammainc at 0, second", lambda x: special.gammainc([1.0, 2, 3], x), [0.0, 0, 0], [1, 0, 0], [-1, 1, 0]),
    row("gammainc, far out", lambda x: special.gammainc(2.0, x), [1e4, INF], [0, 0], [0, 0]),
    row("gammaincc, many degrees", lambda x: special.gammaincc(200.0, x), [1e4], [0], [0]),
    row("betainc at its ends", lambda x: special.betainc(2.0, 1.0, x), [0.0, 0.5, 1], [0, 1, 2], [2, 2, 2]),
    row("bdtr, no success", lambda p: special.bdtr(0, 3, p), [0.0, 1], [-3, 0], [6, 0]),
    # Bessel functions
    row("j0, j1 at 0", lambda x: special.j0(x) + special.j1(x), [0.0], [0.5], [-0.5]),
    row("i0, i1 at 0", lambda x: special.i0(x) + special.i1(x), [0.0], [0.5], [0.5]),
    row("iv of order 1 at 0", lambda x: special.iv(1.0, x), [0.0], [0.5], [0]),
    row("i0e, the kink at 0", special.i0e, [0.0], [0]),
    row("i0e, far out", special.i0e, [-1e300, 1e300], [0, 0]),
    row("k0, far out", special.k0, [1e4], [0], [0]),
    row("spherical_jn at 0", lambda x: functions.spherical_jn([0, 1, 2], x), [0.0, 0, 0], [0, 1 / 3, 0],
        [-1 / 3, 0, 2 / 15]),
    row("ber, bei at 0", lambda x: special.beip(x) + special.berp(x), [0.0], [0.5], [0]),
    # Integrals
    row("sici at 0", lambda x: special.sici(x)[0], [0.0], [1], [0]),
    row("shichi at 0", lambda x: special.shichi(x)[0], [0.0], [1], [0]),
    row("spence at 1", special.spence, [1.0], [-1], [0.5]),
    row("lambertw at 0", lambda x: np.real(special.lambertw(x)), [0.0], [1], [-2]),
    row("ellipk, ellipe at 0", lambda m: special.ellipk(m) + special.ellipe(m), [0.0], [0],
        [math.pi / 2 * (9 / 32 - 3 / 32)]),
    row("ellipkm1, tiny", special.ellipkm1, [1e-300], [-0.5e300]),
    row("ellipkinc, equal arguments", lambda m: special.ellipkinc(0.0, m), [0.0, 0.5], [0, 0], [0, 0]),
    row("diric at 0", lambda x: functions.diric(x, 5), [0.0], [0], [-2]),
    # Polynomials
    row("eval_chebyt of degree 0", lambda x: special.eval_chebyt(0, x), [0.5], [0], [0]),
    row("eval_legendre at the ends", lambda x: special.eval_legendre(3, x), [-1.0, 1], [6, 6], [-15, 15]),
    row("eval_chebyu at the ends", lambda x: special.eval_chebyu(2, x), [-1.0, 1], [-8, 8], [8, 8]),
)  # fmt: skip
