"""What can go wrong in a rule, as changes of its source; and which changes change nothing, each with the reason."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any


def has_sign(node: ast.expr) -> bool:
    """Tell whether a result has a sign to flip: a tuple that holds more than numbers written out, as a shape may."""
    if isinstance(node, ast.Tuple):
        return any(has_sign(part) for part in node.elts)
    return not isinstance(node, (ast.Constant, ast.Starred))


def negated(node: ast.expr) -> ast.expr:
    """Flip the sign of a result, of a tuple that of its first part that has one."""
    if isinstance(node, ast.Tuple):
        # One alone: what is multiplied later would lose two signs.
        first = next(at for at, part in enumerate(node.elts) if has_sign(part))
        return ast.Tuple([negated(part) if at == first else part for at, part in enumerate(node.elts)], node.ctx)
    return ast.UnaryOp(ast.USub(), node)


def summed(node: ast.expr) -> ast.expr:
    """Un-broadcast where nothing was broadcast: give each element the sum of all."""
    text = f"(lambda _ct: _ct * 0 + __import__('numpy').sum(_ct))({ast.unparse(node)})"
    return ast.parse(text, mode="eval").body


#: Swapping the arguments of these changes nothing.
SYMMETRIC = set(
    "maximum minimum fmax fmin logaddexp hypot add multiply logical_and logical_or equal not_equal max min result_type "
    "broadcast_shapes broadcast_arrays gcd lcm _nothing isclose union intersection promote_types "
    "_agm array_equal convolve constant_in _same betaln beta elliprd elliprf elliprg elliprj series_d hyp2f1".split()
)


def is_zero(node: ast.expr) -> bool:
    """Tell whether an expression is 0 whatever goes in, or no number: no sign and no sum of it shows."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return is_zero(node.left) or is_zero(node.right)
    if isinstance(node, ast.IfExp):
        return is_zero(node.body) and is_zero(node.orelse)
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    # Neither is there a sign of what is true, or of text.
    return (
        called in ("np.zeros_like", "np.zeros", "any", "all", "isinstance", "bool", "callable", "hasattr")
        or isinstance(node, (ast.Compare, ast.BoolOp, ast.JoinedStr))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
    )


def is_guard(node: ast.BinOp) -> bool:
    """Tell whether a sum only keeps a divisor from being 0, `x + (x == 0)`: any number would do there."""
    right = node.right
    return isinstance(right, ast.Compare) or (isinstance(right, ast.Name) and right.id in ("nothing", "zero", "flat"))


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], ast.AST]]]:
    """Give the changes at one node: what each is, and how the node reads then."""
    if isinstance(node, ast.BinOp):
        flipped = ast.BinOp(node.right, node.op, node.left)
        if isinstance(node.op, ast.Add) and not is_guard(node):
            yield "sign flipped", lambda: ast.BinOp(node.left, ast.Sub(), node.right)
        if isinstance(node.op, ast.Sub):
            yield "sign flipped", lambda: ast.BinOp(node.left, ast.Add(), node.right)
        if isinstance(node.op, (ast.Mult, ast.Div)):
            yield "factor dropped", lambda: node.left
        if isinstance(node.op, ast.Mult):
            yield "factor dropped", lambda: node.right
        same = ast.unparse(node.left) == ast.unparse(node.right)
        if isinstance(node.op, (ast.Div, ast.Sub, ast.Pow, ast.MatMult)) and not same:
            yield "arguments swapped", lambda: flipped
        for side in ("left", "right"):
            value = getattr(node, side)
            if isinstance(value, ast.Constant) and type(value.value) in (int, float):
                other = copy.copy(node)
                setattr(other, side, ast.Constant(value.value + 1))
                yield "constant off by one", lambda other=other: other
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign flipped", lambda: node.operand
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("conj", "conjugate") and len(node.args) == 1:
            yield "conjugate dropped", lambda: node.args[0]
        if len(node.args) >= 2 and name not in SYMMETRIC and not any(isinstance(a, ast.Starred) for a in node.args):
            start = 1 if name == "where" and len(node.args) == 3 else 0
            args = list(node.args)
            args[start], args[start + 1] = args[start + 1], args[start]
            if ast.unparse(args[start]) != ast.unparse(args[start + 1]):
                yield "arguments swapped", lambda: ast.Call(node.func, args, node.keywords)
    elif isinstance(node, ast.Return) and node.value is not None and not is_zero(node.value):
        value = node.value
        if has_sign(value):
            yield "sign flipped", lambda: ast.Return(negated(value))
        yield "un-broadcast wrongly", lambda: ast.Return(summed(value))
    elif isinstance(node, ast.Lambda) and not is_zero(node.body):
        if has_sign(node.body):
            yield "sign flipped", lambda: ast.Lambda(node.args, negated(node.body))
        yield "un-broadcast wrongly", lambda: ast.Lambda(node.args, summed(node.body))


def places(function: ast.FunctionDef | ast.Lambda) -> Iterator[tuple[ast.AST, str, Callable[[], ast.AST]]]:
    """Give every change within a function."""
    parts = function.body if isinstance(function, ast.FunctionDef) else [function]
    for part in parts:
        for node in ast.walk(part):
            for what, change in changes(node):
                yield node, what, change


class Replace(ast.NodeTransformer):
    """Put one node in another's place."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """Visit a node."""
        return self.new if node is self.old else self.generic_visit(node)


# What changes nothing

CONDITION = "from which condition on the way is taken that holds for all"
ROWS = "return x.T if turn and x.ndim == 2 else np.reshape(x, (-1, x.size)) if x.ndim < 2 else x"
STACKED = "return first if y is None else np.concatenate([first, rows(y, not rowvar and np.shape(y)[0] != 1)], axis=0)"
NOTHING = "return np.full((*q.shape, *_reduced(a, axis, keepdims)), math.nan) * np.sum(a)"
POLES = "the form for poles holds for other numbers too; it overflows sooner"
#: Changes that change nothing: (room, what is changed, the expression), with the reason.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("arrange", "sign flipped", "axis + 1"): "decides only the faster of two ways",
    ("decompositions", "constant off by one", "n // 2"): "where the block is split decides only the cost",
    ("eigen", "arguments swapped", "w[..., :, None] - found[..., None, :]"): "a distance",
    ("elementary", "arguments swapped", "n - 1"): "inside abs",
    ("elementary", "arguments swapped", "power_y(g, ans, _double(x), _double(y))"): "both are factors of a product",
    ("indexing", "arguments swapped", "np.clip(places, 0, shape[axis] - 1)"): "the larger of both",
    ("indexing", "sign flipped", "len(values_shape) - ct.ndim"): "leading axes of length 1 are summed away",
    ("indexing", "arguments swapped", "_lone_axis(index, shape)"): "decides only the faster of two ways",
    ("indexing", "factor dropped", "_LONG * shape[axis]"): "decides only the faster of two ways",
    ("indexing", "sign flipped", "min(counts.max(initial=1), _ROUNDS) - 1"): "rounds in which nothing is left",
    ("padding", "arguments swapped", "x.shape[axis] - 1"): "then all is read, of which the first and last are used",
    ("piecewise", "arguments swapped", "floor_divide(x, y)"): "its derivative is 0, and the value NumPy's",
    ("piecewise", "sign flipped", "return (floor_divide(x, y), remainder(x, y))"): "the same 0",
    ("polynomial", "arguments swapped", "_added(a1, a2, 1)"): "addition commutes",
    ("polynomial", "arguments swapped", "_to_head(quotient(g[::-1], v), ans, v)"): "both are factors of a convolution",
    ("recurrence", "arguments swapped", "_stretches(x, ans, axis)"): "decides only the faster of two ways",
    ("reduction", "arguments swapped", "x - _some(x, axis, where)"): "-x has the variance of x",
    ("reduction", "arguments swapped", "x - mean"): "only its square is used",
    ("reduction", "arguments swapped", "zip(ans.shape, x.shape, strict=True)"): "each pair is compared",
    ("reduction", "un-broadcast wrongly", "return wide(g) / max(int(np.count_nonzero(ties)) + bool(others), 1)"):
        "of one number",
    ("select", "arguments swapped", "np.clip(number, 0, len(choices) - 1)"): "the larger of both",
    ("select", "sign flipped", "len(values_shape) - ct.ndim"): "leading axes of length 1 are summed away",
    ("shape", "sign flipped", "len(edges) - 1"): "decides only where the parts are halved",
    ("solve", "factor dropped", "1 / limit / max(a.shape[-1], 1)"): CONDITION,
    ("solve", "arguments swapped", "1 / limit / max(a.shape[-1], 1)"): CONDITION,
    ("solve", "factor dropped", "1 / limit"): CONDITION,
    ("solve", "arguments swapped", "1 / limit"): CONDITION,
    ("solve", "constant off by one", "1 / limit"): CONDITION,
    ("solve", "arguments swapped", "u @ vh"): "any regular matrix will do",
    ("solve", "arguments swapped", "c @ adjugate"): "they commute",
    ("solve", "sign flipped", "kept - min(a.shape[-2:])"): "what follows finds that nothing was cut off too",
    ("solve", "arguments swapped", "kept - min(a.shape[-2:])"): "a distance",
    ("solve", "factor dropped", "max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)"):
        "what rounds adds no more than rounding",
    ("bessel", "arguments swapped", "n - 1"): "inside abs",
    ("bessel", "sign flipped", "n + 0"): "makes an array of a list",
    ("bessel", "sign flipped", "np.asarray(n) + odd"): "of the same parity",
    ("distributions", "arguments swapped", "np.sqrt(x) - np.sqrt(nc)"): "squared",
    ("distributions", "arguments swapped", "half - 1"): "far out the functions of both orders are one",
    ("distributions", "arguments swapped", "2 * k - 1"): "squared",
    ("statistics", "sign flipped", NOTHING): "NaN",
    ("statistics", "sign flipped", "result + 0 * at"): "of 0",
    ("statistics", "arguments swapped", "x - np.mean(x, axis=1, keepdims=True)"): "-x has the covariance of x",
    ("statistics", "arguments swapped", "x - (x @ w / total)[:, None]"): "-x has the covariance of x",
    ("statistics", "sign flipped", "return c / c"): "constant",
    ("statistics", "un-broadcast wrongly", "return c / c"): "constant",
    ("statistics", "sign flipped", "return (exact, exact)"): "of no data none is looked for",
    ("statistics", "sign flipped", ROWS): "-x has the covariance of x",
    ("statistics", "sign flipped", STACKED): "-x has the covariance of x",
    ("statistics", "un-broadcast wrongly", NOTHING): "NaN",
    ("statistics", "arguments swapped", "np.clip(v, 0, last)"): "the larger of both",
    ("elliptic", "sign flipped", "phi - turns * math.pi"): "whole turns apart",
    ("gamma", "arguments swapped", "s - 1"): "squared",
    ("functions", "sign flipped", "np.where(left, z, -1) + 0j"): "on both sides of the cut the real part is the same",
    ("entropy", "arguments swapped", "_pseudo(delta, r)"): "a hypot",
    ("entropy", "arguments swapped", "power_y(g, ans + 1, x, y)"): "both are factors of a product",
    ("orders", "sign flipped", "n + 0"): "makes an integer of a boolean",
    ("entropy", "arguments swapped", "np.clip(r, -delta, delta)"): "the middle one of three",
    ("gamma", "un-broadcast wrongly", "return _is_pole(k + 1) | _is_pole(n - k + 1)"): POLES,
    ("gamma", "sign flipped", "k + 1"): POLES,
    ("gamma", "sign flipped", "n - k + 1"): POLES,
}  # fmt: skip
#: Functions that only decide what a computation costs: (room, name), with what they decide.
COST: dict[tuple[str, str], str] = {
    ("contractions", "_splits"): "in which order a chain of matrices is multiplied",
}
