"""A program as NumPy source for people: it runs by itself, and reads beside the formulas on paper.

It is the program that is run, less the arena: names are those of the function's own variables where they are known,
`d_x` is the derivative with respect to x, and a comment tells from which op a line came.
"""

from __future__ import annotations

import keyword
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.generators import drawn
from autograd.compiler.optimize import optimized
from autograd.compiler.passes import presentable
from autograd.compiler.passes.kinds import reduces, reduction
from autograd.compiler.program import Constant, Node, Program, Value, index_text, name_of
from autograd.compiler.recording import Recording, record
from autograd.compiler.signature import Parameters, is_array
from autograd.compiler.symbol import cast
from autograd.ops.elementwise import gate, halve, over
from autograd.ops.indexing import scatter
from autograd.tree import is_record, members

Fn = Callable[..., Any]

#: Functions of the engine's own that a source needs, as they are written out.
HELPERS = {
    "over": (
        "def over(x, y):",
        '    """x / y, and 0 for 0 / 0."""',
        "    nothing = (x == 0) & (y == 0)",
        "    return x / (y + nothing)",
    ),
    "scatter": (
        "def scatter(a, index, shape):",
        '    """Add the elements of `a` at an index into zeros."""',
        "    result = np.zeros(shape, a.dtype)",
        "    np.add.at(result, index, a)",
        "    return result",
    ),
    "gate": (
        "def gate(x, taken):",
        '    """x where it is taken, else 0."""',
        "    return np.where(taken, x, 0)",
    ),
    "halve": (
        "def halve(x, ties):",
        '    """x, and half of it at ties."""',
        "    return np.where(ties, 0.5 * x, x)",
    ),
}
_HELPED = {over: "over", gate: "gate", scatter: "scatter", halve: "halve"}
#: What NumPy calls the reductions of these.
_REDUCTIONS = {np.add: "sum", np.maximum: "max", np.minimum: "min", np.multiply: "prod"}
_INFIX = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.matmul: "@", np.power: "**",
    np.greater: ">", np.less: "<", np.equal: "==", np.greater_equal: ">=", np.less_equal: "<=", np.not_equal: "!=",
}  # fmt: skip
#: What may stand within a longer expression, if that does not get longer than this.
_NESTED = {np.transpose, np.reshape, np.negative, np.exp, np.log, np.sqrt, np.square, np.tanh, np.sin, np.cos, np.full,
           np.maximum, np.minimum, operator.getitem, scatter, cast}  # fmt: skip
_LONG = 60
#: Up to here an array is written out.
_FEW = 64


def rendered(fn: Fn, parameters: Parameters, args: Any, kwargs: dict[str, Any]) -> str:
    """Record a function with the names of its variables, and write the program."""
    names = list(leaf_names(parameters.by_name(tuple(args), kwargs)))
    recording = record(fn, args, kwargs, is_array, names)
    program = optimized(recording.program)
    program = optimized(presentable.run(program))
    return _Writer(program, recording, _identifier(getattr(fn, "__name__", "call"))).run()


def leaf_names(tree: Any, name: str = "") -> Any:
    """Name the arrays in arguments: by the last name on the way to each, with numbers for places in lists."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from leaf_names(item, str(key) if isinstance(key, str) else f"{name}_{key}")
    elif isinstance(tree, (list, tuple)):
        fields = getattr(tree, "_fields", None)
        for i, item in enumerate(tree):
            yield from leaf_names(item, fields[i] if fields else f"{name}_{i}")
    elif is_record(tree):
        yield from leaf_names(members(tree), name)
    elif is_array(tree):
        yield _identifier(name)


def _identifier(text: str) -> str:
    text = re.sub(r"\W+", "_", text.replace("<lambda>", "lambda").replace("(", "_of_")).strip("_") or "x"
    if text[0].isdigit():
        return f"_{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in ("np", "scipy") else text


class _Writer:
    """A program on its way to text."""

    def __init__(self, program: Program, recording: Recording, name: str) -> None:
        self.program = program
        self.recording = recording
        self.function = name
        self.names: dict[Value, str] = {}
        self.taken: set[str] = {name, *HELPERS}
        self.helpers: dict[str, None] = {}
        self.imports: dict[str, None] = {}
        self.extra: list[str] = []
        self.inline: dict[Value, str] = {}
        self.loose: set[Value] = set()

    def name(self, value: Value) -> str:
        """Give the name of a value."""
        if value not in self.names:
            wanted = _identifier(value.name) if value.name else ""
            number = 2
            base = wanted
            while not wanted or wanted in self.taken:
                wanted = f"{base or 't'}{'_' if base else ''}{number if base else number - 1}"
                number += 1
            self.taken.add(wanted)
            self.names[value] = wanted
        return self.names[value]

    def run(self) -> str:
        """Write the source."""
        first = len(self.program.inputs) - len(self.recording.reads)
        for held, value in zip(self.recording.reads, self.program.inputs[first:], strict=True):
            value.name = value.name or held.text.rpartition(".")[2] or held.text
        for value in self.program.inputs:
            self.name(value)
        users = self.program.users()
        kept = {out for out in self.program.outputs if isinstance(out, Value)}
        lines = []
        for node in self.program.nodes:
            out = node.outs[0]
            single = node.build is None and out.name is None and not (node.fn is np.full and out.shape == ())
            if single and out not in kept and len(users.get(out, ())) == 1:
                # What has no name and is used once is written where it is used.
                if node.fn in _INFIX or node.fn in _NESTED or reduces(node.fn) is not None:
                    text = self._call(node)
                    if len(text) <= _LONG:
                        self.inline[out] = text
                        if node.fn in _INFIX or node.fn is np.negative:
                            self.loose.add(out)
                        continue
            line = self._line(node)
            if line:
                lines.append(line)
        returned = [self.text(out) for out in self.program.outputs[: self.recording.returned]]
        shown = self.recording.build(returned)
        for held, out in zip(self.recording.writes, self.program.outputs[self.recording.returned :], strict=False):
            lines.append(f"# {held.text} becomes {self.text(out)}")
        lines.append(f"return {_written(shown)}")
        # What is read outside and not needed in the end is no parameter.
        given = [value for i, value in enumerate(self.program.inputs) if i < first or value in users or value in kept]
        parameters = [self.names[value] for value in given] + self.extra
        head = ["import numpy as np", *self.imports]
        for helper in self.helpers:
            head += ["", "", *HELPERS[helper]]
        body = [f"    {line}" for line in lines]
        return "\n".join([*head, "", "", f"def {self.function}({', '.join(parameters)}):", *body]) + "\n"

    def _line(self, node: Node) -> str:
        if node.fn is np.full and node.outs[0].shape == ():
            # A number is written where it is used.
            self.inline[node.outs[0]] = _number(node.args[1])
            return ""
        names = [self.name(out) for out in node.outs]
        outs = names[0] if node.build is None else _written(node.build(names))
        comment = f"  # {node.origin}" if node.origin else ""
        return f"{outs} = {self._call(node)}{comment}"

    def _call(self, node: Node) -> str:
        fn, args = node.fn, node.args
        if fn in _INFIX and not node.kwargs and len(args) == 2:
            return f"{self._operand(args[0])} {_INFIX[fn]} {self._operand(args[1])}"
        if fn is np.negative:
            return f"-{self._operand(args[0])}"
        if fn is operator.getitem:
            return f"{self._operand(args[0])}[{index_text(args[1], self.text)}]"
        if fn is cast:
            return f"{self._operand(args[0])}.astype(np.{args[1]})"
        if fn is np.transpose and args[1:] == (tuple(range(len(args[0].shape)))[::-1],):
            return f"{self._operand(args[0])}.T"
        if fn is np.reshape and len(args) == 2:
            return f"{self._operand(args[0])}.reshape({', '.join(map(str, args[1]))})"
        if (it := reduction(node)) is not None and it.ufunc in _REDUCTIONS:
            given = [] if len(it.axes) == len(it.x.shape) else [f"axis={it.axis}"]
            given += ["keepdims=True"] if it.keepdims else []
            return f"np.{_REDUCTIONS[it.ufunc]}({', '.join([self.text(it.x), *given])})"
        written = [self.text(arg) for arg in (args[2:] if fn is drawn else args)]
        written += [f"{key}={self.text(arg)}" for key, arg in node.kwargs.items()]
        called = f"{self.text(args[0])}.{args[1]}" if fn is drawn else self._function(fn)
        return f"{called}({', '.join(written)})"

    def _operand(self, arg: Any) -> str:
        """Write what stands beside an operator."""
        text = self.text(arg)
        return f"({text})" if (isinstance(arg, Value) and arg in self.loose) or text.startswith("-") else text

    def _function(self, fn: Any) -> str:
        if fn in _HELPED:
            self.helpers[_HELPED[fn]] = None
            return _HELPED[fn]
        name = name_of(fn)
        module = getattr(fn, "__module__", None) or ""
        if isinstance(fn, np.ufunc) or isinstance(getattr(fn, "__self__", None), np.ufunc):
            if hasattr(np, name.partition(".")[0]):
                return f"np.{name}"
            self.imports["import scipy.special"] = None
            return f"scipy.special.{name}"
        if module.startswith("numpy"):
            return f"{module.replace('numpy', 'np', 1)}.{name}" if module != "numpy" else f"np.{name}"
        return _identifier(name)

    def text(self, arg: Any) -> str:
        """Write an argument."""
        if isinstance(arg, Constant):
            return self._constant(arg)
        if isinstance(arg, Value):
            return self.inline[arg] if arg in self.inline else self.name(arg)
        if type(arg) in (tuple, list):
            inner = ", ".join([self.text(item) for item in arg])
            return f"[{inner}]" if type(arg) is list else f"({inner}{',' if len(arg) == 1 else ''})"
        if isinstance(arg, np.dtype):
            return f"np.{arg}"
        if isinstance(arg, type) and issubclass(arg, np.generic):
            return f"np.{arg.__name__}"
        if isinstance(arg, (float, np.generic)):
            return _number(arg)
        return "..." if arg is Ellipsis else repr(arg)

    def _constant(self, constant: Constant) -> str:
        array = constant.array
        if array.ndim == 1 and array.dtype.kind in "iu" and np.array_equal(array, np.arange(array.size)):
            return f"np.arange({array.size})"
        if array.size <= _FEW and constant.name is None:
            text = np.array2string(array, separator=", ", threshold=_FEW + 1, floatmode="unique").replace("\n", "")
            kind = "" if array.dtype in (np.float64, np.int64, np.bool_, np.complex128) else f", np.{array.dtype}"
            return f"np.array({re.sub(' +', ' ', text)}{kind})" if array.ndim else _number(array[()])
        if constant not in self.names:
            constant.name = constant.name or "c"
            self.extra.append(self.name(constant))
        return self.names[constant]


def _number(value: Any) -> str:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}[repr(value)]
    return repr(value)


def _written(shown: Any) -> str:
    """Write a structure whose leaves are text."""
    if isinstance(shown, str):
        return shown
    if isinstance(shown, dict):
        return "{" + ", ".join(f"{key!r}: {_written(item)}" for key, item in shown.items()) + "}"
    inner = ", ".join(map(_written, shown))
    return f"[{inner}]" if isinstance(shown, list) else inner if len(shown) > 1 else f"({inner},)"
