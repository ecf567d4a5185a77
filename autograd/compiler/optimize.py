"""The passes in their order, each with a switch."""

from __future__ import annotations

from collections.abc import Callable, Collection

from autograd.compiler import lowering, tiling
from autograd.compiler.explain import flops
from autograd.compiler.passes import algebra, common, contraction, dead, numbers, scatters
from autograd.compiler.program import Program

Pass = Callable[[Program], Program]

#: The passes by name, in the order in which they run; they are repeated while something changes.
PASSES: dict[str, Pass] = {
    "algebra": algebra.run,
    "scatters": scatters.run,
    "contraction": contraction.run,
    "common": common.run,
    "dead": dead.run,
}
#: What rewrites a program into the calls that NumPy does fastest, once.
LOWERING: dict[str, Pass] = {
    "numbers": numbers.run,
    "lowering": lowering.run,
    "common": common.run,
    "dead": dead.run,
    "tiling": tiling.run,
}
#: Switches of the backend: results in the place of operands, places used again.
PLACES = ("in place", "arena")
_ROUNDS = 4


def optimized(program: Program, off: Collection[str] = ()) -> Program:
    """Apply the passes, but for those that are switched off."""
    for _ in range(_ROUNDS):
        before = program
        for name, run in PASSES.items():
            if name not in off:
                program = run(program)
        if program is before:
            break
    return program


def lowered(program: Program, off: Collection[str] = (), native: bool = False) -> Program:
    """Rewrite a program into the calls that are fastest, but for the passes that are switched off.

    With `native` what a kernel can do becomes one, and what is left becomes what NumPy does fastest.
    """
    if native:
        # Products are cheap in a kernel, where numbers moved outward would make each turn of a loop another one.
        from autograd.compiler.native.building import fused

        program = fused(program)
    for name, run in LOWERING.items():
        if name not in off and not (native and name == "numbers"):
            program = run(program)
    return program


def flops_of(program: Program) -> int:
    """Count operations: one for each element that is made or summed, two for each product in a matrix product."""
    return sum(flops(node) for node in program.nodes)
