"""The tape: what was computed, in order, and the two walks over it.

Here one collects the entries between some inputs and some outputs (`Tape.of`), walks them back (`pullback`, reverse
mode) or forth (`pushforward`, forward mode), and prints them. Everything else in the engine is thin over these two
walks. This room knows no operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any, cast

import numpy as np

from autograd.entry import Array, Entry, Leaf, Lift, Rule, Shell, Unknown, Variable, unchanged
from autograd.fitting import broadcast_axes, fit, to_dtype
from autograd.hooks import HOOKED, attended
from autograd.looking import Shown, in_order
from autograd.memory import expect

#: Stands between a walk and its entries: from these, in the order of the walk, and what is pending, to the same.
Visit = Callable[[Iterator[Entry], dict[Entry, Array]], Iterator[Entry]]


class Tape(Shown):
    """The entries between some inputs and some outputs, oldest first.

    Attributes
    ----------
    entries : list of Entry
        In recording order, the inputs not included.
    inputs, outputs : list of Entry
    outer : set of Entry
        What depends on something tracked from outside, not among the inputs: if there is any, a walk has to be
        recorded, or an enclosing differentiation would miss it.
    live : set of Entry, or None
        The entries and inputs, where some parents are not among them: the walks pass those by.
    """

    __slots__ = ("entries", "inputs", "live", "outer", "outputs")

    def __init__(
        self,
        entries: list[Entry],
        inputs: list[Entry],
        outputs: list[Entry],
        outer: Set[Entry] = frozenset(),
        live: Set[Entry] | None = None,
    ) -> None:
        self.entries = entries
        self.inputs = inputs
        self.outputs = outputs
        self.outer = outer
        self.live = live

    @classmethod
    def of(cls, outputs: Any, inputs: Any = None) -> Tape:
        """Collect what lies between `inputs` (all leaves, if None) and `outputs`.

        Parameters
        ----------
        outputs, inputs : Tensor, Entry, or a sequence of these
            An untracked Tensor is skipped among the outputs.

        Raises
        ------
        RuntimeError
            If part of it was released by an earlier `backward`.
        TypeError
            For anything else, in a sequence too.

        Examples
        --------
        >>> import numpy as np
        >>> from autograd import Tensor
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> print(Tape.of((np.exp(x) * 2).sum()))
          #  op        inputs  shape  dtype    saved
          0  input             (2,)   float64
          1  exp       0       (2,)   float64   16 B
          2  multiply  1       (2,)   float64
          3  sum       2       ()     float64
        """
        ends = _entries(outputs)
        if inputs is not None:
            return cls.between(ends, _entries(inputs))
        ordered = in_order(_reach(ends, -1, set())[0])
        starts = [entry for entry in ordered if not entry.edges]
        return cls([entry for entry in ordered if entry.edges], starts, ends)

    @classmethod
    def between(cls, ends: list[Entry], starts: list[Entry]) -> Tape:
        """Collect what lies between some entries and others: `of`, without a look at what it is given."""
        known = set(starts)
        # An entry older than every input cannot depend on one: the collection stops there.
        oldest = min([e.number for e in starts], default=0)
        found, elsewhere = _reach(ends, oldest, known)
        ordered = in_order(found)
        nested = [e for e in starts if e.edges]
        if not elsewhere and not nested:
            return cls(ordered, starts, ends)
        outer = set(nested)
        live = set(starts)
        between = []
        for entry in ordered:
            if entry.number < oldest or isinstance(entry, Leaf) or _is_running(entry):
                outer.add(entry)
                continue
            parents = [edge[0] for edge in entry.edges or ()]
            if not outer.isdisjoint(parents):
                outer.add(entry)
            if not live.isdisjoint(parents):
                live.add(entry)
                between.append(entry)
        return cls(between, starts, ends, outer, live)

    def pullback(
        self,
        cotangents: Sequence[Array],
        *,
        lift: Lift | None = None,
        release: bool = False,
        visit: Visit | None = None,
    ) -> list[Array | None]:
        """Walk back: from the outputs' cotangents to the inputs' (reverse mode, vector-Jacobian product).

        Parameters
        ----------
        cotangents : sequence of arrays
            One for each output, of its shape and dtype.
        lift : callable, optional
            Given, saved arrays of what is in `outer` are put back into shells, so that the walk is recorded.
        release : bool
            Take each entry's saved arrays away when it has been passed. The tape cannot be walked again.
        visit : callable, optional
            Looks on: it is given the iterator over the entries and gives one over the same, and may look at what is
            pending before and after each is passed. For `debug`.

        Returns
        -------
        list
            For each input its cotangent, or None where nothing arrived. Arrays may be shared: see `owned`.
        """
        pending: dict[Entry, Array] = {}
        masks: dict[Entry, _Mask] = {}
        # Whose cotangent is an array that this walk made and nothing else holds: more is added to it in place.
        owned: set[Entry] = set()
        for output, g in zip(self.outputs, cotangents, strict=True):
            pending[output] = pending[output] + g if output in pending else g
        live = self.live
        # Nothing to ask about on the common way: every parent counts, arrays stay arrays, no mask has come up yet.
        plain = live is None and lift is None
        entry = None
        take, take_mask = pending.pop, masks.pop
        order: Iterator[Entry] = reversed(self.entries)
        if HOOKED:
            order = attended(self.entries, self.inputs, pending, lift is not None)
        if visit is not None:
            order = visit(order, pending)
        try:
            for entry in order:
                g = take(entry, None)
                edges = entry.edges
                if edges is None:
                    raise _released(entry)
                if release:
                    entry.edges = None
                if g is None:
                    continue
                own = entry.shape
                mask = take_mask(entry, None) if masks else None
                for parent, rule, saved in edges:
                    if not plain:
                        if live is not None and parent not in live:
                            continue
                        if lift is not None:
                            saved = self._lifted(saved, rule, entry, edges, lift)
                    try:
                        if mask is not None and rule.shields:
                            ct = _shielded(mask, rule, g, saved)
                        elif (arity := rule.arity) == 1:
                            ct = rule.pull(g, saved)
                        elif arity == 0:
                            ct = rule.pull(g)
                        elif rule.add is None:
                            ct = rule.pull(g, *saved)
                        elif parent in owned and _alike(pending[parent], g):
                            rule.add(pending[parent], g, *saved)
                            if mask is not None or masks or rule.mask is not None:
                                _pass_mask(mask, masks, entry, parent, rule, saved, True)
                            continue
                        else:
                            ct = rule.pull(g, *saved)
                            if parent not in pending:
                                owned.add(parent)
                    except Unknown as error:
                        ct = _recorded(error, rule.pull, (g, *_several(saved, rule)), lift)
                    shape = own if ct is g else ct.shape
                    if shape != parent.shape or (ct.dtype is not parent.dtype and ct.dtype != parent.dtype):
                        ct = fit(ct, parent.shape, parent.dtype)
                    if mask is not None or masks or rule.mask is not None:
                        _pass_mask(mask, masks, entry, parent, rule, saved, parent in pending)
                    if parent not in pending:
                        pending[parent] = ct
                    elif parent in owned and _alike(pending[parent], ct):
                        pending[parent] += ct
                    else:
                        pending[parent] = pending[parent] + ct
                        owned.add(parent)
        except Exception as error:
            if entry is not None:
                error.add_note(f"while the cotangent passed {entry!r}")
            raise
        expect(self.entries)
        return [pending.get(entry) for entry in self.inputs]

    def pushforward(
        self, tangents: Sequence[Array], *, lift: Lift | None = None, visit: Visit | None = None
    ) -> list[Array | None]:
        """Walk forth: from the inputs' tangents to the outputs' (forward mode, Jacobian-vector product).

        Parameters are as in `pullback`: one tangent for each input; the result has one, or None, for each output.
        """
        pending: dict[Entry, Array] = dict(zip(self.inputs, tangents, strict=True))
        entry = None
        order: Iterable[Entry] = self.entries if visit is None else visit(iter(self.entries), pending)
        try:
            for entry in order:
                total = None
                edges = entry.edges
                if edges is None:
                    raise _released(entry)
                for parent, rule, saved in edges:
                    t = pending.get(parent)
                    if t is None:
                        continue
                    if lift is not None:
                        saved = self._lifted(saved, rule, entry, edges, lift)
                    try:
                        part = rule.push(t, *_several(saved, rule))
                    except Unknown as error:
                        part = _recorded(error, rule.push, (t, *_several(saved, rule)), lift)
                    total = part if total is None else total if part is None else total + part
                if total is not None:
                    if total.shape != entry.shape:
                        total = np.broadcast_to(total, entry.shape)
                    pending[entry] = total if total.dtype == entry.dtype else to_dtype(total, entry.dtype)
        except Exception as error:
            if entry is not None:
                error.add_note(f"while the tangent passed {entry!r}")
            raise
        expect(self.entries)
        return [pending.get(entry) for entry in self.outputs]

    def _lifted(self, saved: Any, rule: Rule, entry: Entry, edges: Any, lift: Lift) -> Any:
        """Put saved arrays back into shells that stand where the values stood, if they depend on something outside."""
        if not rule.arity:
            return None
        at: dict[int | None, Entry] = {edge[1].position: edge[0] for edge in edges if edge[0] in self.outer}
        if entry in self.outer:
            at.update({source: entry.output(source) for source in rule.sources if source is not None and source < 0})
        values = [
            lift(np.asarray(value) if isinstance(value, np.generic) else value, at[source]) if source in at else value
            for value, source in zip(_several(saved, rule), rule.sources, strict=True)
        ]
        return values[0] if rule.arity == 1 else values

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.entries)


def _entries(shells: Any) -> list[Entry]:
    """Take one Tensor or Entry, or several, to the list of their entries."""
    if isinstance(shells, Shell):
        return [] if shells.entry is None else [shells.entry]
    several = shells if isinstance(shells, (list, tuple, set, frozenset, Iterator)) else (shells,)
    entries = []
    for item in several:
        if not isinstance(item, (Shell, Entry)):
            beside = "" if item is shells else f" in a {type(shells).__name__}"
            raise TypeError(
                f"Tape.of takes a Tensor, an Entry, or a sequence of these; met {type(item).__name__}{beside}. Of a "
                "tree of Tensors give the leaves, in a list; a plain array or number is on no tape."
            )
        entry = item if isinstance(item, Entry) else item.entry
        if entry is not None:
            entries.append(entry)
    return entries


def _is_running(entry: Entry) -> bool:
    return isinstance(entry, Variable) and entry.running


def _released(entry: Entry) -> RuntimeError:
    return RuntimeError(
        f"The tape behind {entry!r} was released: an earlier backward() lets go of its saved arrays as it walks. Call "
        "that one with retain_graph=True to walk the same tape again."
    )


def _reach(ends: list[Entry], oldest: int, known: Set[Entry]) -> tuple[set[Entry], bool]:
    """Find what the ends depend on, not going beyond `known` or anything older than `oldest`.

    Also tell whether it ends anywhere else than at `known`, which is not among what is found.
    """
    found = {*ends, *known}
    stack = [entry for entry in set(ends) if entry not in known]
    elsewhere = False
    pop, push, find = stack.pop, stack.append, found.add
    while stack:
        entry = pop()
        edges = entry.edges
        if not edges or entry.number < oldest:
            if edges is None:
                raise _released(entry)
            elsewhere = True
            continue
        for edge in edges:
            parent = edge[0]
            if parent not in found:
                find(parent)
                push(parent)
    found -= known
    return found, elsewhere


def _several(saved: Any, rule: Rule) -> tuple[Any, ...]:
    """Give what a rule saved as a tuple, whatever its arity."""
    if rule.arity == 1:
        return (saved,)
    return cast(tuple[Any, ...], saved) if rule.arity else ()


def _recorded(error: Unknown, rule: Any, operands: tuple[Any, ...], lift: Lift | None) -> Any:
    """Let a program call a rule that looks at values; if the walk is recorded it is differentiated when that runs."""
    if lift is None:
        return error.recorder.whole(rule, operands, {}, error, True)
    return error.recorder.unopened(rule, rule, operands, {}, error)


class _Mask:
    """Where a cotangent may be anything but 0: an array, or what makes it, for when something singular is met."""

    __slots__ = ("made", "shape")

    def __init__(self, made: Any, shape: tuple[int, ...]) -> None:
        self.made = made
        self.shape = shape

    def __call__(self) -> Array:
        """Give the array."""
        if callable(self.made):
            self.made = self.made()
        return self.made if self.made.shape == self.shape else np.broadcast_to(self.made, self.shape)


def _alike(held: Array, g: Array) -> bool:
    """Tell whether one may be added to the other in place: plain arrays of one type, where a number has no memory."""
    return type(held) is np.ndarray and type(g) is np.ndarray and held.dtype == g.dtype


def _shielded(mask: _Mask, rule: Rule, g: Array, saved: Any) -> Array:
    """Apply a rule where the mask lets through, and give exactly 0 elsewhere, however singular its coefficients are.

    Where all is finite it is so already: 0 times a finite coefficient. A Tensor is masked for its own derivatives.
    """
    with np.errstate(all="ignore"):
        ct = rule.pull(g, *_several(saved, rule))
        if type(ct) is np.ndarray and np.isfinite(ct).all():
            return ct
        return np.where(mask(), ct, 0)


def _pass_mask(
    mask: _Mask | None, masks: dict[Entry, _Mask], entry: Entry, parent: Entry, rule: Rule, saved: Any, met: bool
) -> None:
    """Hand the mask of a cotangent on to the parent's, or drop it where the op mixes elements.

    A mask is True where the cotangent may be anything and False where no path leads on, so that it is exactly 0
    whatever the coefficients of the rules below. A parent fed from two sides is masked only where both are.
    """
    if mask is not None and rule.carry is not unchanged:
        carried = None if rule.carry is None else rule.carry(mask(), *_several(saved, rule))
        mask = None if carried is None else _Mask(carried, carried.shape)
    own = rule.mask(*_several(saved, rule)) if rule.mask is not None else None
    if own is not None:
        begun = _Mask(own, entry.shape if callable(own) else own.shape)
        if mask is not None:
            both = np.logical_and(begun(), mask())
            begun = _Mask(both, both.shape)
        mask = begun
    if mask is not None and mask.shape != parent.shape:
        mask = _Mask(_fit_mask(mask(), parent.shape), parent.shape)
    if met:
        before = masks.pop(parent, None)
        mask = None if before is None or mask is None else _Mask(np.logical_or(before(), mask()), parent.shape)
    if mask is not None:
        masks[parent] = mask


def _fit_mask(mask: Array, shape: tuple[int, ...]) -> Array:
    """Bring a mask to an input's shape: broadcast it, and where the input was broadcast, any path counts."""
    full = np.broadcast_to(mask, np.broadcast_shapes(mask.shape, shape))
    axes = broadcast_axes(full.shape, shape)
    return np.reshape(np.logical_or.reduce(full, axis=axes), shape) if axes else full
