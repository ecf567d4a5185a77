"""Sine, cosine, tangent and their inverses of a row; only arguments too large for Cody and Waite leave the line."""

from __future__ import annotations

import math

from autograd.compiler.native.lanes import (
    Module,
    Row,
    absolute,
    copysign,
    fast_two_sum,
    fma,
    polynomial,
    sqrt,
    two_product,
    where,
)
from autograd.compiler.native.maths.exponential import MAGIC

# pi/2 in three parts, none above what the first and then the second leave.
_HALF_PI = {
    "f64": tuple(map(float.fromhex, ("0x1.921fb54442d18p+0", "0x1.1a62633145c07p-54", "-0x1.f1976b7ed8fbcp-110"))),
    "f32": tuple(map(float.fromhex, ("0x1.921fb4p+0", "0x1.4442d2p-24", "-0x1.ee59dap-50"))),
}
# Up to here the reduction by them is right: x 2/pi is off by less than 1/100, and n times the second part is small.
_NEAR = {"f64": 2.0**30, "f32": 2.0**17}

# Minimax (Remez, 200 bits) on z = r^2 <= (pi/4)^2 (float32: 0.793^2), from the highest power down. Errors, here and
# below, are those before the coefficients were rounded.
# (sin r - r) / r^3: relative to sin r 2^-57.9, 2^-27.9; (cos r - 1 + r^2/2) / r^4: relative to cos r 2^-64.0, 2^-32.9.
_SINE = {
    "f64": (
        1.5896219826709696e-10, -2.5050747598363955e-08, 2.7557313620439417e-06, -0.00019841269829587197,
        0.008333333333322116, -0.1666666666666663,
    ),
    "f32": (-0.00019508951, 0.008332115, -0.16666654),
}  # fmt: skip
_COSINE = {
    "f64": (
        -1.135852667751727e-11, 2.087570066565948e-09, -2.7557314178119274e-07, 2.4801587288848126e-05,
        -0.0013888888888873051, 0.041666666666666595,
    ),
    "f32": (2.4425906e-05, -0.0013887254, 0.041666646),
}  # fmt: skip
# Minimax on z = t^2 <= 1/4. (asin t - t) / t^3: relative to asin t 2^-55.9, 2^-27.6.
_ARCSINE = {
    "f64": (
        0.03191863935870706, -0.016233377789335618, 0.019533967161768123, 0.006525935590370522, 0.012169672451132742,
        0.013885167042575511, 0.01735971149898671, 0.02237175761741939, 0.030381959154425615, 0.04464285682791951,
        0.07500000000337495, 0.16666666666665406,
    ),
    "f32": (0.042170852, 0.024176886, 0.0454709, 0.07495294, 0.16666752),
}  # fmt: skip
# (atan t - t) / t^3: relative to atan t 2^-57.8, 2^-27.5.
_ARCTANGENT = {
    "f64": (
        0.01011594987614406, -0.027433702241351318, 0.04186429112309187, -0.051219800145541346, 0.0585829338850779,
        -0.06663809848389728, 0.076920738431305, -0.09090896240773669, 0.11111110659502409, -0.14285714276383535,
        0.19999999999903095, -0.3333333333333298,
    ),
    "f32": (-0.05132316, 0.101598635, -0.14174983, 0.19994225, -0.33333233),
}  # fmt: skip
# pi/2 rounded, and the rest; pi/4 of so few bits that three times it is exact, and the rest.
_ROUND_HALF_PI = {
    "f64": (math.pi / 2, float.fromhex("0x1.1a62633145c07p-54")),
    "f32": (float.fromhex("0x1.921fb6p+0"), float.fromhex("-0x1.777a5cp-25")),
}
_SHORT_QUARTER_PI = {
    "f64": (math.pi / 4, float.fromhex("0x1.1a62633145c07p-55")),
    "f32": (float.fromhex("0x1.921fbp-1"), float.fromhex("0x1.5110b4p-23")),
}

# 2/pi: 63 zeros, the 0 before the point, and 1216 bits behind it.
_TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c"
    "fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f"
    "ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08"
    "56033046fc7b6bab",
    16,
)
_WORDS = [_TWO_OVER_PI >> 64 * k & (1 << 64) - 1 for k in range(19, -1, -1)]
_TABLE = (
    f"@two_over_pi = internal constant [{len(_WORDS)} x i64] [{', '.join(f'i64 {word}' for word in _WORDS)}]"
)  # fmt: skip
# x = m 2^e with m of 53 bits. The bits of 2/pi that make whole turns of x are left out, so that m times the next 192,
# modulo 2^192, is x 2/pi modulo 4 in units of 2^-190, wrong by less than m of them (Payne and Hanek 1983). No double is
# nearer to a multiple of pi/2 than 2^-62 (Muller 2016), so 75 bits of the remainder are right, and 66 are kept.
_FAR_REDUCTION = """define internal { double, double, i64 } @far_reduction(double %x) noinline cold {
  %bits = bitcast double %x to i64
  %shifted = lshr i64 %bits, 52
  %exponent = and i64 %shifted, 2047
  %fraction = and i64 %bits, 4503599627370495
  %m = or i64 %fraction, 4503599627370496
  %first = sub i64 %exponent, 1013
  %word = lshr i64 %first, 6
  %p0 = getelementptr i64, ptr @two_over_pi, i64 %word
  %p1 = getelementptr i64, ptr %p0, i64 1
  %p2 = getelementptr i64, ptr %p0, i64 2
  %p3 = getelementptr i64, ptr %p0, i64 3
  %t0 = load i64, ptr %p0
  %t1 = load i64, ptr %p1
  %t2 = load i64, ptr %p2
  %t3 = load i64, ptr %p3
  %w0 = call i64 @llvm.fshl.i64(i64 %t0, i64 %t1, i64 %first)
  %w1 = call i64 @llvm.fshl.i64(i64 %t1, i64 %t2, i64 %first)
  %w2 = call i64 @llvm.fshl.i64(i64 %t2, i64 %t3, i64 %first)
  %mm = zext i64 %m to i128
  %w1w = zext i64 %w1 to i128
  %w2w = zext i64 %w2 to i128
  %low = mul i128 %w2w, %mm
  %carry = lshr i128 %low, 64
  %middle0 = mul i128 %w1w, %mm
  %middle = add i128 %middle0, %carry
  %carry2 = lshr i128 %middle, 64
  %carry3 = trunc i128 %carry2 to i64
  %top0 = mul i64 %w0, %m
  %top = add i64 %top0, %carry3
  %a1 = trunc i128 %middle to i64
  %a2 = trunc i128 %low to i64
  %f0 = call i64 @llvm.fshl.i64(i64 %top, i64 %a1, i64 2)
  %f1 = call i64 @llvm.fshl.i64(i64 %a1, i64 %a2, i64 2)
  %f0w = zext i64 %f0 to i128
  %f1w = zext i64 %f1 to i128
  %f0s = shl i128 %f0w, 64
  %f = or i128 %f0s, %f1w
  %turns = lshr i64 %top, 62
  %half = lshr i64 %f0, 63
  %n = add i64 %turns, %half
  %down = icmp slt i128 %f, 0
  %size = call i128 @llvm.abs.i128(i128 %f, i1 false)
  %zeros = call i128 @llvm.ctlz.i128(i128 %size, i1 true)
  %normal = shl i128 %size, %zeros
  %head0 = lshr i128 %normal, 75
  %head1 = trunc i128 %head0 to i64
  %head = uitofp i64 %head1 to double
  %tail0 = lshr i128 %normal, 11
  %tail1 = trunc i128 %tail0 to i64
  %tail2 = uitofp i64 %tail1 to double
  %tail = fmul double %tail2, 0x3BF0000000000000
  %zeros1 = trunc i128 %zeros to i64
  %scale0 = sub i64 970, %zeros1
  %scale1 = shl i64 %scale0, 52
  %scale2 = bitcast i64 %scale1 to double
  %negative = icmp slt i64 %bits, 0
  %flip = xor i1 %down, %negative
  %scale3 = fneg double %scale2
  %scale = select i1 %flip, double %scale3, double %scale2
  %hi0 = fmul double %head, 0x3FF921FB54442D18
  %hi1 = fneg double %hi0
  %lo0 = call double @llvm.fma.f64(double %head, double 0x3FF921FB54442D18, double %hi1)
  %lo1 = call double @llvm.fma.f64(double %head, double 0x3C91A62633145C07, double %lo0)
  %lo2 = call double @llvm.fma.f64(double %tail, double 0x3FF921FB54442D18, double %lo1)
  %finite = icmp ne i64 %exponent, 2047
  %hi3 = fmul double %hi0, %scale
  %hi = select i1 %finite, double %hi3, double 0x7FF8000000000000
  %lo = fmul double %lo2, %scale
  %nn = sub i64 0, %n
  %ns = select i1 %negative, i64 %nn, i64 %n
  %r0 = insertvalue { double, double, i64 } poison, double %hi, 0
  %r1 = insertvalue { double, double, i64 } %r0, double %lo, 1
  %r2 = insertvalue { double, double, i64 } %r1, i64 %ns, 2
  ret { double, double, i64 } %r2
}"""


def _add(module: Module, function: str) -> None:
    """Put the reduction of a row into a module, once, with what it needs."""
    for text in (_TABLE, _FAR_REDUCTION, function):
        if text not in module.functions:
            module.functions.append(text)
    module.declare("llvm.fshl.i64", "i64", "i64", "i64", "i64")
    module.declare("llvm.abs.i128", "i128", "i128", "i1")
    module.declare("llvm.ctlz.i128", "i128", "i128", "i1")
    module.declare("llvm.fma.f64", "double", "double", "double", "double")
    module.declare("llvm.fabs.f64", "double", "double")


def _far_reductions(x: Row) -> str:
    """Add the reduction of those lanes of a row that are beyond a limit, by a loop over them; give its name."""
    double = x.kind == "f64"
    floats, integers = x.type, x.fn.type("i64" if double else "i32", x.lanes)
    lane, whole = ("double", "i64") if double else ("float", "i32")
    results = f"{{ {floats}, {floats}, {integers} }}"
    name = f"far_reductions_{x.kind}_{x.lanes}"
    widened = "bitcast double %lane to double" if double else "fpext float %lane to double"
    kept = """%h1 = bitcast double %h to double
  %l1 = bitcast double %l to double
  %q1 = bitcast i64 %q to i64"""
    if not double:
        kept = """%h1 = fptrunc double %h to float
  %h2 = fpext float %h1 to double
  %h3 = fsub double %h, %h2
  %l0 = fadd double %h3, %l
  %l1 = fptrunc double %l0 to float
  %q1 = trunc i64 %q to i32"""
    _add(
        x.fn.module,
        f"""define internal {results} @{name}({floats} %x, {floats} %hi, {floats} %lo, {integers} %n, double %limit) """
        f"""noinline cold {{
entry:
  %xs = alloca {floats}
  %his = alloca {floats}
  %los = alloca {floats}
  %ns = alloca {integers}
  store {floats} %x, ptr %xs
  store {floats} %hi, ptr %his
  store {floats} %lo, ptr %los
  store {integers} %n, ptr %ns
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %join ]
  %px = getelementptr {lane}, ptr %xs, i64 %i
  %lane = load {lane}, ptr %px
  %wide = {widened}
  %size = call double @llvm.fabs.f64(double %wide)
  %far = fcmp ogt double %size, %limit
  br i1 %far, label %reduce, label %join
reduce:
  %one = call {{ double, double, i64 }} @far_reduction(double %wide)
  %h = extractvalue {{ double, double, i64 }} %one, 0
  %l = extractvalue {{ double, double, i64 }} %one, 1
  %q = extractvalue {{ double, double, i64 }} %one, 2
  {kept}
  %ph = getelementptr {lane}, ptr %his, i64 %i
  %pl = getelementptr {lane}, ptr %los, i64 %i
  %pn = getelementptr {whole}, ptr %ns, i64 %i
  store {lane} %h1, ptr %ph
  store {lane} %l1, ptr %pl
  store {whole} %q1, ptr %pn
  br label %join
join:
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, {x.lanes}
  br i1 %more, label %loop, label %done
done:
  %hi2 = load {floats}, ptr %his
  %lo2 = load {floats}, ptr %los
  %n2 = load {integers}, ptr %ns
  %r0 = insertvalue {results} poison, {floats} %hi2, 0
  %r1 = insertvalue {results} %r0, {floats} %lo2, 1
  %r2 = insertvalue {results} %r1, {integers} %n2, 2
  ret {results} %r2
}}""",
    )
    return name


def _beyond(x: Row, hi: Row, lo: Row, n: Row) -> tuple[Row, Row, Row]:
    """Replace the reduced arguments of lanes beyond the limit, if there are any: a branch that is hardly ever taken."""
    fn, here, limit = x.fn, x.fn.block, _NEAR[x.kind]
    beyond = absolute(x) > limit
    if x.lanes > 1:
        reduce = f"llvm.vector.reduce.or.v{x.lanes}i1"
        fn.module.declare(reduce, "i1", beyond.type)
        beyond = fn.emit(f"call i1 @{reduce}({beyond.type} {beyond.name})", "i1", 1)
    fn.module.declare("llvm.expect.i1", "i1", "i1", "i1")
    beyond = fn.emit(f"call i1 @llvm.expect.i1(i1 {beyond.name}, i1 false)", "i1", 1)
    far, join = fn.fresh("far")[1:], fn.fresh("near")[1:]
    fn.do(f"br i1 {beyond.name}, label %{far}, label %{join}")
    fn.start(far)
    args = (x, hi, lo, n, fn.constant(limit, "f64", 1))
    results = f"{{ {hi.type}, {lo.type}, {n.type} }}"
    call = fn.fresh()
    fn.do(f"{call} = call {results} @{_far_reductions(x)}({', '.join(f'{row.type} {row.name}' for row in args)})")
    found = [fn.emit(f"extractvalue {results} {call}, {k}", row.kind, x.lanes) for k, row in enumerate((hi, lo, n))]
    fn.do(f"br label %{join}")
    fn.start(join)
    hi, lo, n = (
        fn.emit(f"phi {near.type} [ {near.name}, %{here} ], [ {new.name}, %{far} ]", near.kind, x.lanes)
        for near, new in zip((hi, lo, n), found, strict=True)
    )
    return hi, lo, n


def _reduced(x: Row) -> tuple[Row, Row, Row]:
    """Give r = x - n pi/2 as hi + lo, and n modulo 4 in the lowest bits (Cody and Waite 1980).

    x - n c_1 is exact (Boldo, Daumas and Li 2009), and n c_2 is exact as p and what the product lost. hi is x - n c_1
    less p; what that loses is exact too: were x - n c_1 smaller than p, its last place would still be higher.
    """
    first, second, third = _HALF_PI[x.kind]
    magic = MAGIC[x.kind]
    t = fma(x, 2 / math.pi, magic)
    n = t - magic
    r = fma(n, -first, x)
    p, p_rest = two_product(n, second)
    hi = r - p
    return _beyond(x, hi, ((r - hi) - p) - fma(n, third, p_rest), t.bits())


def _sine(hi: Row, lo: Row) -> Row:
    """Give sin(hi + lo) - hi for |hi| <= pi/4."""
    z = hi * hi
    return fma(z * hi, polynomial(z, _SINE[hi.kind]), fma(z * -0.5, lo, lo))


def _cosine(hi: Row, lo: Row) -> tuple[Row, Row]:
    """Give cos(hi + lo) for |hi| <= pi/4 as 1 - hi^2/2, rounded, and the rest."""
    z = hi * hi
    half = z * 0.5
    head = 1 - half
    return head, ((1 - head) - half) + fma(z * z, polynomial(z, _COSINE[hi.kind]), -(hi * lo))


def _odd(n: Row) -> Row:
    return (n & 1).differs(0)


def _negated(x: Row, n: Row) -> Row:
    """Change the sign where the second bit of n is set."""
    return (x.bits() ^ ((n & 2) << (62 if x.kind == "f64" else 30))).floats()


def sin(x: Row) -> Row:
    """Sine: plus or minus that of r = x - n pi/2, or its cosine, by minimax polynomials."""
    hi, lo, n = _reduced(x)
    head, tail = _cosine(hi, lo)
    odd = _odd(n)
    # The sum is 0, without its sign, for -0.
    sine = copysign(hi + _sine(hi, lo), hi)
    return _negated(where(odd, head + tail, sine), n)


def cos(x: Row) -> Row:
    """Cosine: the sine a quarter of a turn on."""
    hi, lo, n = _reduced(x)
    head, tail = _cosine(hi, lo)
    n = n + 1
    odd = _odd(n)
    return _negated(where(odd, head, hi) + where(odd, tail, _sine(hi, lo)), n)


def tan(x: Row) -> Row:
    """Tangent: sin r / cos r or -cos r / sin r with r = x - n pi/2, each in two parts, and what the division leaves."""
    hi, lo, n = _reduced(x)
    head, tail = _cosine(hi, lo)
    rest = _sine(hi, lo)
    odd = _odd(n)
    a, a_rest = where(odd, head, hi), where(odd, tail, rest)
    b, b_rest = where(odd, hi, head), where(odd, rest, tail)
    inverse = 1 / (b + b_rest)
    q = (a + a_rest) * inverse
    total = fma(fma(-q, b, a) + fma(-q, b_rest, a_rest), inverse, q)
    return _negated(copysign(total, hi), n << 1)


def _folded(x: Row) -> tuple[Row, Row, Row]:
    """Give where |x| > 1/2, t = |x| or sqrt((1 - |x|) / 2) there, and asin t - t."""
    size = absolute(x)
    outer = size > 0.5
    z = where(outer, 0.5 - 0.5 * size, size * size)
    t = where(outer, sqrt(z), size)
    return outer, t, t * z * polynomial(z, _ARCSINE[x.kind])


def _together(head: Row, x: Row, rest: Row) -> Row:
    """Add three numbers of falling size; a head of 0 is none."""
    s, lost = fast_two_sum(head, x)
    return s + (lost + rest)


def asin(x: Row) -> Row:
    """Arc sine: by a minimax polynomial to 1/2, then pi/2 - 2 asin sqrt((1 - x) / 2)."""
    half_pi, rest = _ROUND_HALF_PI[x.kind]
    outer, t, correction = _folded(x)
    far = _together(x.like(half_pi), -2 * t, fma(correction, -2, rest))
    return copysign(where(outer, far, t + correction), x)


def acos(x: Row) -> Row:
    """Arc cosine: pi/2 - asin x to 1/2, then 2 asin sqrt((1 - x) / 2), and pi less that below -1/2."""
    half_pi, rest = _ROUND_HALF_PI[x.kind]
    outer, t, correction = _folded(x)
    halves = where(outer, where(x < 0, x.like(2), 0), 1)
    factor = where(outer, copysign(x.like(2), x), -copysign(x.like(1), x))
    return _together(halves * half_pi, factor * t, fma(factor, correction, halves * rest))


def _angle(y: Row, x: Row, backward: Row | None = None) -> Row:
    """Give the angle of (x, y) for x, y >= 0, or of (-x, y) where told: k pi/4 + atan t with |t| <= 1/2.

    t is y / x, (y - x) / (y + x) or -x / y.
    """
    quarter_pi, rest = _SHORT_QUARTER_PI[x.kind]
    flat, steep = y + y < x, y > x + x
    numerator = where(flat, y, where(steep, -x, y - x))
    t = numerator / where(flat, x, where(steep, y, y + x))
    k = where(flat, 0, where(steep, y.like(2), 1))
    if backward is not None:
        k, t = where(backward, 4 - k, k), where(backward, -t, t)
    z = t * t
    return _together(k * quarter_pi, t, fma(t * z, polynomial(z, _ARCTANGENT[x.kind]), k * rest))


def atan(x: Row) -> Row:
    """Arc tangent: the angle of (1, |x|)."""
    return copysign(_angle(absolute(x), x.like(1)), x)


def atan2(y: Row, x: Row) -> Row:
    """Angle of (x, y) by C99: what has no angle gets that of (1, 0) or of (1, 1), with the signs."""
    large = 2.0 ** (1020 if x.kind == "f64" else 124)
    height, width = absolute(y), absolute(x)
    same = height.equals(width)
    shrink = where(width > large, x.like(0.25), 1)
    height = where(same, where(height > 0, x.like(1), 0), height * shrink)
    width = where(same, 1, width * shrink)
    return copysign(_angle(height, width, x.bits() < 0), y)
