"""What `debug` looks at: outputs of ops and of calls that are one entry, and derivatives in walks.

Here the first bad number is found and told of, with where it came from. Nothing here runs without `debug`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograd.entry import Array, Bundle, Entry, Joint, Leaf, Shell, Variable, aside_of, make_aside
from autograd.joint import CallRule, argument_names
from autograd.lines import LAYERS, user_line, written
from autograd.seals import Line, check_seals, data_of, line_of, seals_of
from autograd.tensor import shell


class Inside(NamedTuple):
    """What of the engine's is being run: there an op's output may be singular and masked afterwards.

    Attributes
    ----------
    text : str
        "the gradient of exp", "std", or nothing: a user's line.
    line : tuple of str and int, or None
        Where that was recorded.
    """

    text: str = ""
    line: Line | None = None


#: In this context (thread, task).
_OUTSIDE = Inside()
inside: ContextVar[Inside] = ContextVar("autograd_inside", default=_OUTSIDE)


@dataclass(frozen=True)
class Operand:
    """What an op was given.

    Attributes
    ----------
    name : str
    shape : tuple of int
    dtype : str
    index : tuple of int, or None
        Where the element is that the bad number came from, if one can be named.
    value : number, or None
    origin : str
        If the number was bad there already: where that came from.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    index: tuple[int, ...] | None
    value: Any
    origin: str

    def __str__(self) -> str:
        """Say it in a line."""
        at = "" if self.index is None else f", at {self.index}: {self.value}" if self.index else f": {self.value}"
        return f"{self.name}: shape {self.shape} {self.dtype}{at}"


class NonFinite(FloatingPointError):
    """A NaN, or an infinity, where `debug` looked.

    Attributes
    ----------
    op : str
    what : str
        "output", "cotangent" or "tangent".
    kind : str
        "NaN" or "inf".
    index : tuple of int
        Where the first is.
    count : int
        How many there are.
    file, line : str and int, or None
        Where the op was recorded.
    walked : tuple of str and int, or None
        From where the derivative was asked for.
    operands : tuple of Operand
        What the op was given; of a derivative what flowed in, `g`, and what was saved.
    came_in : Operand or None
        That which was bad already.
    """

    def __init__(
        self,
        op: str,
        what: str,
        bad: tuple[str, tuple[int, ...], int],
        recorded: Line | None,
        operands: Sequence[Operand],
        *,
        headline: str,
        walked: Line | None = None,
        within: str = "",
    ) -> None:
        self.op = op
        self.what = what
        self.kind, self.index, self.count = bad
        self.file: str | None = recorded[0] if recorded else None
        self.line: int | None = recorded[1] if recorded else None
        self.walked = walked
        self.operands = tuple(operands)
        self.came_in = next((operand for operand in operands if operand.origin), None)
        at = f" at index {self.index}" if self.index else ""
        several = f", {self.count} in all" if self.count > 1 else ""
        lines = [f"{headline} {self.kind}{at}{several}."]
        if self.came_in is not None:
            lines.append(f"  It came in with {self.came_in.name}, {self.came_in.origin}.")
        lines.append(f"  recorded at {written(recorded)}{f', in {within}' if within else ''}")
        if walked is not None:
            lines.append(f"  walked from {written(walked)}")
        lines += [f"  {operand}" for operand in self.operands]
        super().__init__("\n".join(lines))


class Watch:
    """What is looked for: NaN, and infinities if asked.

    Attributes
    ----------
    inf : bool
    outer : Watch or None
        The one that it stands in for.
    over : bool
        Whether its block has ended: a context may hold it longer.
    """

    def __init__(self, inf: bool, outer: Watch | None = None) -> None:
        self.inf = inf
        self.outer = outer
        self.over = False

    def bad(self, x: Any) -> tuple[str, tuple[int, ...], int] | None:
        """Find what is bad in an array: its kind, the first index, and how many there are."""
        x = data_of(x)
        if not isinstance(x, (np.ndarray, np.generic)) or x.dtype.kind not in "fc":
            return None
        x = np.asarray(x)
        wrong = ~np.isfinite(x) if self.inf else np.isnan(x)
        if not wrong.any():
            return None
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), x.shape))
        return "NaN" if np.isnan(x[index]) else "inf", index, int(np.count_nonzero(wrong))

    def output(self, op: str, named: Mapping[str, Any], outs: Sequence[Any], at: Callable[..., bool]) -> None:
        """Look at what an op gave.

        Parameters
        ----------
        op : str
        named : mapping
            What it was given, by name.
        outs : sequence
        at : callable
            From the shape of an operand and that of the output, whether to show what stands there at the index.
        """
        for out in outs:
            bad = self.bad(out)
            if bad is not None:
                operands = self._operands(named.items(), np.shape(data_of(out)), bad[1], at)
                raise NonFinite(op, "output", bad, user_line(LAYERS), operands, headline=f"{op} gave")

    def given(self, entries: Iterable[Entry], derivatives: Iterable[Array], what: str) -> None:
        """Look at the derivatives that go into a walk."""
        for entry, derivative in zip(entries, derivatives, strict=False):
            bad = self.bad(derivative)
            if bad is not None:
                line = user_line(LAYERS)
                operand = Operand(
                    "g", entry.shape, str(entry.dtype), bad[1], _at(derivative, bad[1]), "which was given"
                )
                headline = f"The {what} given for {entry.name} has"
                raise NonFinite(entry.name, what, bad, line_of(entry), [operand], headline=headline, walked=line)

    def visit(
        self, order: Iterator[Entry], pending: dict[Entry, Array], ends: Sequence[Entry], back: bool
    ) -> Iterator[Entry]:
        """Give the entries of a walk, and look at what is pending around each.

        Parameters
        ----------
        order, pending
            The walk's.
        ends : sequence of Entry
            Where it ends: hooks have had their last word there.
        back : bool
            Whether it is reverse mode.
        """
        before, walked = inside.get(), user_line(LAYERS)
        flow = "gradient" if back else "tangent"
        for entry in order:
            aside = aside_of(entry)
            if aside is not None and aside.seals and entry.edges is not None:
                check_seals(entry, aside.seals, walked)
            edges = entry.edges or ()
            g: Any
            if back:
                g = pending.get(entry)
                self._hooked(entry, g, walked)
            else:
                g = {edge[0]: pending[edge[0]] for edge in edges if edge[0] in pending}
            arrived = {edge[0] for edge in edges if edge[0] in pending} if back else set()
            inside.set(Inside(f"the {flow} of {entry.name}", line_of(entry) or walked))
            yield entry
            inside.set(before)
            if back:
                for parent in dict.fromkeys(edge[0] for edge in edges):
                    for k, part in _numbered(pending.get(parent)):
                        self._derivative(entry, parent, edges, g, k, part, parent in arrived, walked)
            else:
                for part in _parts(pending.get(entry)):
                    self._tangent(entry, edges, g, part, walked)
        if back:
            for entry in ends:
                self._hooked(entry, pending.get(entry), walked)

    def _hooked(self, entry: Entry, g: Any, walked: Line | None) -> None:
        """Look at what a hook may have left: before it, the cotangent was looked at."""
        aside = aside_of(entry)
        if aside is not None and aside.hooks and (bad := self.bad(g)) is not None:
            headline = f"A hook on {entry.name} returned"
            raise NonFinite(entry.name, "cotangent", bad, aside.line, [], headline=headline, walked=walked)

    def _derivative(
        self, entry: Entry, parent: Entry, edges: Any, g: Any, k: int, found: Array, met: bool, walked: Line | None
    ) -> None:
        bad = self.bad(found)
        if bad is None:
            return
        led = [edge for edge in edges if edge[0] is parent]
        names = dict.fromkeys(_input(entry, edge[1].position) for edge in led)
        parts = _parts(g)
        named = {"g" if len(parts) == 1 else f"g[{k}]": part for k, part in enumerate(parts)}
        for edge in led:
            named.update(_saved(edge))
        at = alike if _is_call(edges) else broadcast if entry.shape == parent.shape else nowhere
        if isinstance(parent, Joint) and _is_call(edges):
            # A call that takes its arguments all in one: say which.
            names = {parent.op.outputs[k]: None}
        more = ", added to what had arrived there, is" if met else " is"
        headline = f"The gradient of {entry.name} in {', '.join(names)}{more}"
        self._raise(entry, "cotangent", bad, named, found.shape, at, headline, walked)

    def _tangent(self, entry: Entry, edges: Any, given: dict[Entry, Array], found: Array, walked: Line | None) -> None:
        bad = self.bad(found)
        if bad is None:
            return
        named: dict[str, Any] = {}
        for edge in edges:
            if edge[0] in given:
                for k, part in enumerate(parts := _parts(given[edge[0]])):
                    which = f"[{k}]" if len(parts) > 1 else ""
                    named[f"the tangent of {_input(entry, edge[1].position)}{which}"] = part
                named.update(_saved(edge))
        headline = f"The tangent of {entry.name} is"
        at = alike if _is_call(edges) else broadcast
        self._raise(entry, "tangent", bad, named, found.shape, at, headline, walked)

    def _raise(
        self, entry: Entry, what: str, bad: Any, named: dict[str, Any], shape: Any, at: Callable[..., bool],
        headline: str, walked: Line | None,
    ) -> None:  # fmt: skip
        aside = aside_of(entry)
        operands = self._operands(named.items(), shape, bad[1], at)
        within = aside.within if aside is not None else ""
        raise NonFinite(
            entry.name, what, bad, line_of(entry), operands, headline=headline, walked=walked, within=within
        )

    def _operands(
        self, named: Iterable[tuple[str, Any]], shape: tuple[int, ...], index: tuple[int, ...], at: Callable[..., bool]
    ) -> list[Operand]:
        """Tell of what an op was given: what is bad already, or else stands at the index, or is infinite."""
        operands = []
        for name, x in named:
            data = data_of(x)
            if not isinstance(data, (np.ndarray, np.generic, int, float, complex)):
                continue
            data = np.asarray(data)
            where, origin = None, ""
            if (bad := self.bad(data)) is not None:
                where, origin = bad[1], _origin(x)
            elif at(data.shape, shape):
                own = index[len(index) - data.ndim :]
                where = tuple(0 if size == 1 else i for i, size in zip(own, data.shape, strict=True))
            elif (infinite := _INFINITE.bad(data)) is not None:
                where = infinite[1]
            value = None if where is None else _at(data, where)
            operands.append(Operand(name, data.shape, str(data.dtype), where, value, origin))
        return operands


_INFINITE = Watch(inf=True)


def note(entry: Entry) -> None:
    """Write down beside a new entry where it was recorded, and a hash of what it saved."""
    aside = make_aside(entry)
    if aside.line is None:
        now = inside.get()
        aside.line = now.line or user_line(LAYERS)
        aside.within = now.text
        aside.seals = seals_of(entry)


def called_with(entry: Entry) -> dict[str, Any]:
    """Give what a call that is an entry was given, by name."""
    edges = entry.edges or ()
    if not edges:
        return {}
    parents = getattr(entry, "parents", None) or {edge[1].position: edge[0] for edge in edges}
    _, rule, saved = edges[0]
    count = sum(name.startswith("argument") for name in rule.names)
    first = next((k for k, name in enumerate(rule.names) if name.startswith("argument")), 0)
    several = ((saved,) if rule.arity == 1 else saved)[first : first + count]
    at = [parents.get(i) for i in range(count)] if isinstance(parents, dict) else parents
    return {
        name: value if parent is None else shell(value, parent)
        for name, value, parent in zip(argument_names(count), several, at, strict=True)
    }


def _at(x: Any, index: tuple[int, ...]) -> Any:
    return data_of(x)[index]


def _parts(derivative: Any) -> list[Any]:
    """Give the arrays of a derivative: of an op with several outputs there are several."""
    return [part for _, part in _numbered(derivative)]


def _numbered(derivative: Any) -> Sequence[tuple[int, Any]]:
    if derivative is None:
        return ()
    if isinstance(derivative, Bundle):
        return [(k, part) for k, part in enumerate(derivative.parts) if part is not None]
    return ((0, derivative),)


def _saved(edge: Any) -> Iterator[tuple[str, Any]]:
    _, rule, saved = edge
    several = (saved,) if rule.arity == 1 else saved if rule.arity else ()
    return zip(rule.names, several, strict=True)


def _input(entry: Entry, position: int) -> str:
    names = getattr(entry.op, "inputs", ())
    return names[position] if position < len(names) else f"[{position}]"


def broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Tell whether an operand has an element for each of the result: of ops that act element by element."""
    return len(shape) <= len(to) and all(
        size in (1, wide) for size, wide in zip(reversed(shape), reversed(to), strict=False)
    )


def alike(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Tell whether an operand is like the result, or one number: of calls that nobody looks into."""
    return shape == to or shape == ()


def nowhere(*_: Any) -> bool:
    """Tell of no operand that an element of it stands for one of the result: of ops that mix."""
    return False


def _is_call(edges: Any) -> bool:
    return bool(edges) and isinstance(edges[0][1], CallRule)


def _origin(x: Any) -> str:
    """Say where an operand came from that is bad already."""
    if not isinstance(x, Shell):
        return "a plain array or number"
    entry = x.entry
    if entry is None:
        return "a constant Tensor"
    if isinstance(entry, Leaf):
        return "a leaf"
    if isinstance(entry, Variable):
        return "an argument of the function that is differentiated"
    line = line_of(entry)
    where = f"recorded at {written(line)}" if line else "recorded outside of debug()"
    return f"the result of {entry.name}, {where}"
