"""What views look at, in bytes and in axes, as NumPy itself finds."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.native.groups import ONE, Axes
from autograd.compiler.passes.kinds import is_view
from autograd.compiler.program import Constant, Node, Program, Value


class Views:
    """What views look at, found by taking them of an array that lies as their root will."""

    def __init__(self, program: Program) -> None:
        self.makers = {out: node for node in program.nodes for out in node.outs}
        self._found: dict[Value, tuple[Value, Any] | None] = {}

    def maker(self, value: Any) -> Node | None:
        """Give the node that makes a value."""
        return self.makers.get(value) if isinstance(value, Value) else None

    def is_view(self, value: Value) -> bool:
        """Tell whether a value only looks at the memory of another."""
        return self.root(value) is not value

    def root(self, value: Value) -> Value:
        """Give the value whose memory it is."""
        return self._look(value)[0]

    def placed(self, value: Value) -> tuple[Value, int, tuple[int, ...]]:
        """Give the root, where in it a value begins, and its strides, in bytes."""
        root, probe = self._look(value)
        start = self._look(root)[1].__array_interface__["data"][0]
        return root, probe.__array_interface__["data"][0] - start, probe.strides

    def _look(self, value: Value) -> tuple[Value, Any]:
        if value not in self._found:
            node = self.makers.get(value)
            found = None
            if node is not None and is_view(node) and not node.ordered and node.build is None:
                found = self._viewed(node)
            if found is None:
                found = value, value.array if isinstance(value, Constant) else np.empty(value.shape, value.dtype)
            self._found[value] = found
        held = self._found[value]
        assert held is not None
        return held

    def _viewed(self, node: Node) -> tuple[Value, Any] | None:
        if any(isinstance(arg, Value) for arg in node.args[1:]) or not isinstance(node.args[0], Value):
            return None
        root, probe = self._look(node.args[0])
        result = node.fn(probe, *node.args[1:], **node.kwargs)
        same = isinstance(result, np.ndarray) and (not probe.size or np.may_share_memory(result, probe))
        return (root, result) if same and result.shape == node.out.shape else None

    def renamed(self, value: Value, of: Value, axes: Axes) -> Axes | None:
        """Give the axes of a view of a value whose axes are known; None if it is more than another order of them."""
        if value is of:
            return axes
        node = self.makers.get(value)
        if node is None or not self.is_view(value):
            return None
        inner = self.renamed(node.args[0], of, axes)
        if inner is None:
            return None
        x = node.args[0]
        # Only the layout is looked at, so that one byte an element is more than enough.
        probe = np.empty(x.shape, np.int8)
        result = node.fn(probe, *node.args[1:], **node.kwargs)
        if result.size != probe.size or result.__array_interface__["data"][0] != probe.__array_interface__["data"][0]:
            return None
        by_stride = {stride: axis for stride, size, axis in zip(probe.strides, x.shape, inner, strict=True) if size > 1}
        found = []
        for stride, size in zip(result.strides, result.shape, strict=True):
            if size == 1:
                found.append(ONE)
                continue
            axis = by_stride.get(stride)
            if axis is None or axis.size != size:
                return None
            found.append(axis)
        return tuple(found)
