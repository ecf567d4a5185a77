"""Write a loop nest as LLVM IR.

A kernel is `i64 name(ptr table, i64 first, i64 last)`: it runs the rows from first up to last on the arrays whose
addresses are in the table, inputs first, then outputs, then scratch. It returns 0, or 1 if a label, or where it checks
addresses one of these, was out of bounds.

Where vectors are taken along the rows there is one loop, whose body is written twice: for whole vectors, and masked
for what is left. Where they are taken along the lanes there is a loop over blocks of rows, in it one over the lanes for
each phase; each is written for whole vectors, and masked for the rest of a row.
"""

from __future__ import annotations

from autograd.compiler.native.across import Across
from autograd.compiler.native.along import Along
from autograd.compiler.native.lanes import Module
from autograd.compiler.native.nest import Nest


def generated(nest: Nest, name: str) -> str:
    """Give the module that defines a nest as a function."""
    module = Module()
    writer = (Across if nest.width is None else Along)(nest, module)
    writer.run(name)
    return module.text()


def rooms(nest: Nest) -> list[int]:
    """Give the bytes of each room that a kernel needs besides its arrays."""
    return [] if nest.width is None else Along(nest, Module()).scratch()
