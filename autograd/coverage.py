"""Ask what becomes of a function under differentiation, before you use it: of NumPy's, and of SciPy's special ones.

`verdict(np.cumsum)` tells, and `markdown()` writes the whole table, which is docs/ops.md.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from autograd.op import Op, composites, constants, creations, functions, refusals, through, ufuncs
from autograd.protocols import open_rooms

Fn = Callable[..., Any]

#: A composition longer than this is read in its room.
MOST_CHARACTERS = 100

#: What a verdict means; the order is that of the explanation in the docs.
KINDS = {
    "differentiable": "recorded on the tape; reverse and forward mode, any order",
    "constant": "has no derivative, or concerns no array: runs on the data and gives plain values",
    "creation": "makes a new array; what it takes from a Tensor is shape and type",
    "refused": "does not take a Tensor that is on the tape, and says why; a constant Tensor it takes",
}


@dataclass(frozen=True)
class Verdict:
    """What becomes of a function: printed, it is one line.

    Attributes
    ----------
    name : str
        As a user writes it, without the library's alias.
    kind : str
        One of "differentiable", "constant", "creation", "refused", and "unknown" where there is no verdict.
    family : str
        The family of an op, "composite" for what is built of ops, "through" for a library's function that calls
        functions with ops, else empty.
    formula : str
        The rules as declared, for each differentiable argument; `g` is the derivative that flows.
    note : str
        The reason of a verdict, or what is to be known of an op.
    """

    name: str
    kind: str
    family: str = ""
    formula: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Give one line."""
        rest = "; ".join(part for part in (self.family, self.formula, self.note) if part)
        return f"{self.name}: {self.kind}{f' ({rest})' if rest else ''}"


def verdict(function: Fn) -> Verdict:
    """Tell what becomes of a NumPy function, a ufunc, or one of `scipy.special`, when a Tensor goes in.

    Parameters
    ----------
    function : callable

    Returns
    -------
    Verdict
        Of kind "unknown" for a function that has none: a Tensor on the tape is then refused by name.

    Examples
    --------
    >>> import numpy as np
    >>> print(verdict(np.exp))
    exp: differentiable (elementwise; x: g * ans)
    >>> verdict(np.argmax).kind
    'constant'
    >>> verdict(len).kind
    'unknown'
    """
    open_rooms()
    name = getattr(function, "__name__", repr(function))
    record = ufuncs.get(function) or functions.get(function)
    if record is not None:
        beside = composites.get(function)
        notes = (record.note, beside.note if beside is not None else "")
        return Verdict(name, "differentiable", record.family, _formulas(record), "; ".join(filter(None, notes)))
    built = composites.get(function) or composites.get(_full_name(function))
    if built is not None:
        return Verdict(name, "differentiable", "composite", _composition(built.body), built.note)
    if function in through:
        return Verdict(name, "differentiable", "through", note=f"it calls {through[function]}")
    for kind, reasons in (("refused", refusals), ("constant", constants), ("creation", creations)):
        if function in reasons:
            return Verdict(name, kind, note=reasons[function])
    reason = refusals.get(getattr(function, "__module__", None))
    return Verdict(name, "refused", note=reason) if reason else Verdict(name, "unknown")


def public_functions() -> Iterator[tuple[str, str, Fn]]:
    """Walk what the libraries offer: section, name and function of each public function and each ufunc.

    `numpy`, `numpy.linalg` and `numpy.fft`, all that `numpy.testing.overrides` lists, and `scipy.special` where SciPy
    is installed. A type is no function.
    """
    import numpy.fft
    from numpy.testing import overrides

    namespaces: list[tuple[str, Any]] = [("numpy", np), ("numpy.linalg", np.linalg), ("numpy.fft", numpy.fft)]
    try:
        import scipy.special

        namespaces.append(("scipy.special", scipy.special))
    except ImportError:
        pass
    seen: set[Any] = set()
    for section, module in namespaces:
        for name in sorted(dir(module)):
            function = getattr(module, name)
            if not name.startswith("_") and callable(function) and not isinstance(function, type):
                seen.add(function)
                yield section, name, function
    for function in sorted(overrides.get_overridable_numpy_array_functions(), key=_full_name):
        if function not in seen and _full_name(function).rpartition(".")[0] not in (
            "numpy",
            "numpy.linalg",
            "numpy.fft",
        ):
            seen.add(function)
            yield "other modules of numpy", _full_name(function), function
    for ufunc in sorted(overrides.get_overridable_numpy_ufuncs(), key=lambda ufunc: str(ufunc.__name__)):
        if ufunc not in seen:
            yield "ufuncs behind other functions", str(ufunc.__name__), ufunc


def _full_name(function: Any) -> str:
    return f"{getattr(function, '__module__', None)}.{getattr(function, '__name__', None)}"


HEAD = """# What becomes of each function

Every public function of `numpy`, `numpy.linalg`, `numpy.fft` and `scipy.special`, and what a Tensor on the tape meets
there. This page is made from the declarations by `make docs`; a test fails when NumPy has a name that is not here. In a
program, `autograd.verdict(np.cumsum)` tells the same.

{kinds}

A formula is the rule as declared, for each differentiable argument: `g` is the derivative that flows, `ans` the
output. A *composite* is built of other functions: its formula is what it computes, its value is NumPy's own to the last
bit, and its derivative is that of the composition. *Through*: the library's own function calls others with ops. Modes
are reverse and forward; every function that has them has them to any order.

Some words stand in many formulas: `over(g, y)` is g / y and `ends(g, s)` is g s, both 0 where nothing flows and the
slope is infinite; `gate(g, taken)` is g where `taken` holds and else 0; `tie(g, taken, ties)` is that, and half of it
at a tie; `conj` conjugates, `mT` transposes a matrix; a name that ends in `density` is that of the distribution.

Some functions of NumPy look at one argument when they look for a Tensor. In `np.piecewise(plain, conditions, [t, 0])`,
`np.full_like(plain, t)`, `np.nan_to_num(plain, nan=t)`, and in `np.apply_along_axis` and `np.piecewise` of plain data
with a function that closes over a Tensor, the Tensor comes to NumPy's own code, which asks it for a plain array: one
that is on the tape refuses, with a TypeError that says what to write. None of these detaches silently. What NumPy
reads as a Python number does detach, as `float(t)` does: `initial=` in `np.sum(plain, initial=t)` and the other
reductions, `left=` and `right=` in `np.interp` of plain arrays, `np.float64(t)`, `plain.fill(t)`, `np.fromiter` of
Tensors, and `plain.__setitem__(i, t)` called by that name.

{summary}
"""

OWN = """## The tape's own ops

What a tape shows beside NumPy's names: reads and writes by index, casts, and functions that rules are written with.
"""

COLUMNS = ["", "| name | family | formula | modes | notes |", "|---|---|---|---|---|"]


def markdown() -> str:
    """Write the table of all verdicts, docs/ops.md."""
    open_rooms()
    rows: dict[str, list[tuple[str, Verdict]]] = {}
    for section, name, function in public_functions():
        rows.setdefault(section, []).append((name, verdict(function)))
    kinds = "\n".join(f"- **{kind}**: {meaning}." for kind, meaning in KINDS.items())
    lines = [HEAD.format(kinds=kinds, summary=_summary(rows))]
    for section, found in rows.items():
        lines += [f"## {section}", *COLUMNS, *[_row(name, it) for name, it in found], ""]
    own = {op.name: Verdict(op.name, "differentiable", op.family, _formulas(op), op.note) for op in _own_ops()}
    lines += [OWN.rstrip(), *COLUMNS, *[_row(name, own[name]) for name in sorted(own)]]
    return "\n".join(lines) + "\n"


def _own_ops() -> Iterator[Op]:
    """Give the ops that no library's function names."""
    rooms = [module for name, module in sys.modules.items() if name.startswith("autograd.ops.")]
    named = {*ufuncs.values(), *functions.values()}
    for room in rooms:
        for value in vars(room).values():
            if isinstance(value, Op) and value not in named:
                yield value


def _summary(rows: dict[str, list[tuple[str, Verdict]]]) -> str:
    kinds = [*KINDS, "unknown"]
    kinds = [kind for kind in kinds if any(it.kind == kind for found in rows.values() for _, it in found)]
    lines = [f"| namespace | names | {' | '.join(kinds)} |", "|---|---|" + "---|" * len(kinds)]
    for section, found in rows.items():
        counts = [sum(it.kind == kind for _, it in found) for kind in kinds]
        lines.append(f"| {section} | {len(found)} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


def _row(name: str, it: Verdict) -> str:
    kind = it.family if it.kind == "differentiable" else f"**{it.kind}**"
    modes = "both" if it.kind == "differentiable" else ""
    return f"| `{name}` | {kind} | {_escaped(it.formula)} | {modes} | {_escaped(it.note)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _first_line(function: Fn) -> str:
    """Give the first line of a docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")


def _composition(body: Fn) -> str:
    """Say what a function is built of: the first line of its docstring, or what it returns if that is all it does."""
    if body.__doc__:
        return _first_line(body)
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(body))).body
    last = function.body[0] if isinstance(function, ast.FunctionDef) and len(function.body) == 1 else None
    text = ast.unparse(last.value) if isinstance(last, ast.Return) and last.value is not None else ""
    return text if len(text) <= MOST_CHARACTERS else ""


def _formulas(op: Op) -> str:
    """Write an op's rules: a lambda as its expression, a named function by the formula in its docstring."""
    if not op.written:
        return _first_line(op.rule_at) if op.variadic else ""
    return "; ".join(f"{key}: {_formula(rule)}" for key, rule in op.written.items())


def _formula(rule: Fn) -> str:
    if rule.__name__ != "<lambda>":
        return _first_line(rule) or rule.__name__
    found = lambda_of(rule.__code__)
    return ast.unparse(found.body) if found is not None else ""


def lambda_of(code: CodeType) -> ast.Lambda | None:
    """Find the lambda that a code was compiled from, in its source file: the smallest that holds all its places."""
    places = [place for place in code.co_positions() if place[0] is not None and place[3]]
    names = code.co_varnames[: code.co_argcount]
    fitting = []
    for node in _lambdas(code.co_filename):
        body = node.body
        start, end = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
        inside = all(start <= (a or 0, c or 0) and (b or 0, d or 0) <= end for a, b, c, d in places)
        if inside and node.lineno == code.co_firstlineno and names == tuple(arg.arg for arg in node.args.args):
            fitting.append((end[0] - start[0], end[1] - start[1], node))
    return min(fitting, key=lambda found: found[:2])[2] if fitting else None


@cache
def _lambdas(filename: str) -> list[ast.Lambda]:
    """Give the lambdas in a source file."""
    try:
        with open(filename, encoding="utf-8") as file:
            tree = ast.parse(file.read())
    except OSError:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
