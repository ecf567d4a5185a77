"""Say of a program what runs as one kernel, what it moves and computes, and why it ends where it does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.compiler.native.nest import Kernel
from autograd.compiler.passes.kinds import is_elementwise, is_view, number_of, reduces
from autograd.compiler.program import Node, Program, Value, name_of
from autograd.compiler.tiling import Tile


def explained(name: str, backend: str, program: Program) -> str:
    """Give a table with a row for each kernel and each call of NumPy's, in the order in which they run."""
    rows = [("", "over", "reads", "writes", "flops", "")]
    kernels = calls = 0
    for node in program.nodes:
        if _is_free(node):
            continue
        read, written = _moved(node)
        if isinstance(node.fn, Kernel):
            kernels += 1
            kernel = node.fn
            over = f"{kernel.rows}" if kernel.nest.width is None else f"{kernel.rows} x {kernel.nest.width}"
            if kernel.is_large:
                over += f" in {-(-kernel.rows // kernel.piece)}"
            rows.append((f"kernel {kernels}", over, _bytes(read), _bytes(written), _count(_work(kernel)), kernel.calls))
            if kernel.group.why:
                rows.append(("", "", "", "", "", f"  begins here: {kernel.group.why}"))
        else:
            calls += 1
            rows.append((_called(node), "", _bytes(read), _bytes(written), _count(flops(node)), ""))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = [f"{name}: {kernels} kernels, {calls} calls of NumPy, backend {backend!r}"]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *[row[i].rjust(widths[i]) for i in range(1, 5)], row[5]]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def totals(program: Program) -> tuple[int, int]:
    """Count the operations of one run, and the bytes that its kernels and NumPy's calls read and write."""
    nodes = [node for node in program.nodes if not _is_free(node)]
    return sum(flops(node) for node in nodes), sum(sum(_moved(node)) for node in nodes)


def flops(node: Node) -> int:
    """Count operations: one for each element that is made or summed, two for each product in a matrix product."""
    if isinstance(node.fn, (Kernel, Tile)):
        inner: Any = node.fn
        return _work(inner) if isinstance(node.fn, Kernel) else sum(flops(one) for one in inner.nodes)
    if node.fn in (np.matmul, np.dot) and isinstance(node.args[0], Value):
        return 2 * node.out.size * (node.args[0].shape[-1] if node.args[0].shape else 1)
    if is_elementwise(node.fn):
        return sum(out.size for out in node.outs)
    if reduces(node.fn) is not None:
        return int(node.args[0].size)
    return 0


def _is_free(node: Node) -> bool:
    """Tell whether nothing runs: it is a view, or a number."""
    return is_view(node) or (node.build is None and number_of(node, node.outs[0]) is not None)


def _moved(node: Node) -> tuple[int, int]:
    """Give the bytes that are read, each array once, and written."""
    if isinstance(node.fn, Kernel):
        return node.fn.read, sum(out.nbytes for out in node.outs[: node.fn.made])
    return sum(value.nbytes for value in dict.fromkeys(node.inputs())), sum(out.nbytes for out in node.outs)


def _work(kernel: Kernel) -> int:
    """Count the operations of a kernel: one for each element, and one more where it is added up."""
    total = 0
    for member in kernel.group.members:
        places = math.prod(axis.size for axis in member.space)
        total += places * ((member.fn not in ("same", "label")) + bool(member.summed))
    return total


def _called(node: Node) -> str:
    name = "tile" if isinstance(node.fn, Tile) else name_of(node.fn)
    return f"numpy {name}"


def _bytes(count: int) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 10_000 or unit == "MB":
            return f"{count:.0f} {unit}"
        count = round(count / 1000)
    raise AssertionError


def _count(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count >= 1_000_000 else f"{count / 1e3:.0f} k" if count >= 10_000 else str(count)
