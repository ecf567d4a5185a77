"""What of `scipy.special` has no op here, each with the reason, and what needs none."""

from __future__ import annotations

from scipy import special

from autograd.op import refusals, through
from autograd.ops.special.orders import COUNT, INVERSE

NONCENTRAL = "SciPy has no density of a noncentral t or F distribution, of which the derivative would be made"
VALUE = "a characteristic value is the solution of an equation: its derivative has no closed form in special functions"
SPHEROIDAL = "the derivative is the second of the outputs: take it from there, on plain data"
SMIRNOV = "the derivative is a sum over the sample size, which SciPy has not made public"
WHOLE = "it takes whole numbers: for real ones write scipy.special.binom, poch or gamma"
ZEROS = "it takes a count and gives a table of numbers: there is nothing to differentiate"
NODES = "it takes a degree and parameters and finds nodes by an eigenvalue problem of its own"
POLYNOMIAL = "it gives a polynomial object: write the eval_ function of the same name"
LEGENDRE = "it gives derivatives itself (diff_n=): or write eval_legendre, or lpmv"
SCALARS = "it takes scalars only and gives a sequence over orders"
HARMONIC = "the ellipsoidal harmonics are computed for single numbers by an eigenvalue problem of their own"
STATE = "it sets or tells how errors are reported"

_TABLE = {
    INVERSE: "bdtrik bdtrin btdtria btdtrib chdtriv chndtridf fdtridfd gdtrib nbdtrik nbdtrin pdtrik stdtridf",
    NONCENTRAL: "ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit",
    VALUE: "mathieu_a mathieu_b obl_cv pro_cv mathieu_even_coef mathieu_odd_coef",
    SPHEROIDAL: "obl_ang1 obl_ang1_cv obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pro_ang1 pro_ang1_cv pro_rad1 "
    "pro_rad1_cv pro_rad2 pro_rad2_cv",
    SMIRNOV: "smirnov smirnovi",
    WHOLE: "comb perm factorial factorial2 factorialk stirling2",
    COUNT: "bernoulli euler",
    ZEROS: "ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros erf_zeros fresnel_zeros fresnelc_zeros "
    "fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros ker_zeros kerp_zeros "
    "y0_zeros y1_zeros y1p_zeros yn_zeros ynp_zeros",
    NODES: "c_roots cg_roots h_roots he_roots j_roots js_roots l_roots la_roots p_roots ps_roots s_roots t_roots "
    "ts_roots u_roots us_roots roots_chebyc roots_chebys roots_chebyt roots_chebyu roots_gegenbauer "
    "roots_genlaguerre roots_hermite roots_hermitenorm roots_jacobi roots_laguerre roots_legendre roots_sh_chebyt "
    "roots_sh_chebyu roots_sh_jacobi roots_sh_legendre",
    POLYNOMIAL: "chebyc chebys chebyt chebyu gegenbauer genlaguerre hermite hermitenorm jacobi laguerre legendre "
    "sh_chebyt sh_chebyu sh_jacobi sh_legendre",
    LEGENDRE: "legendre_p legendre_p_all assoc_legendre_p assoc_legendre_p_all sph_legendre_p sph_legendre_p_all "
    "sph_harm_y sph_harm_y_all sph_harm lpn lpmn clpmn",
    SCALARS: "lmbda lqn lqmn riccati_jn riccati_yn pbdn_seq pbdv_seq pbvv_seq obl_cv_seq pro_cv_seq",
    HARMONIC: "ellip_harm ellip_harm_2 ellip_normal",
    STATE: "geterr seterr test",
}
refusals.update(
    {
        getattr(special, name): reason
        for reason, names in _TABLE.items()
        for name in names.split()
        if hasattr(special, name)
    }
)

_THROUGH = {
    "jvp": "jv", "yvp": "yv", "ivp": "iv", "kvp": "kv", "h1vp": "hankel1", "h2vp": "hankel2", "lambertw": "_lambertw",
    "zeta": "_zeta and _riemann_zeta", "assoc_laguerre": "eval_genlaguerre", "softplus": "np.logaddexp",
}  # fmt: skip
through.update({getattr(special, name): to for name, to in _THROUGH.items() if hasattr(special, name)})
