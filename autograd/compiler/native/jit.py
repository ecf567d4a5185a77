"""Turn LLVM IR into functions in memory, for the processor that this runs on."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from autograd.compiler.native.generate import generated
from autograd.compiler.native.nest import Kernel, Nest
from autograd.compiler.program import Program

#: Loaded objects, which live as long as the process: addresses into them are handed out.
_engines: list[Any] = []
_lock = threading.Lock()
_kernels: dict[Nest, int] = {}


@cache
def machine() -> Any:
    """Give the target: this processor with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        opt=2, cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten()
    )


@cache
def vector() -> int:
    """Give the bytes of a vector: what suits the processor."""
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32


#: What is done to a module before it is made code: its text is what is wanted, but for rooms on the stack.
_PASSES = ("add_sroa_pass", "add_instruction_combine_pass", "add_simplify_cfg_pass")


def loaded(text: str, names: tuple[str, ...]) -> list[int]:
    """Compile a module, and give the addresses of its functions."""
    module = llvm.parse_assembly(text)
    module.verify()
    builder = llvm.create_pass_builder(machine(), llvm.create_pipeline_tuning_options(speed_level=1))
    passes = llvm.create_new_function_pass_manager()
    for add in _PASSES:
        getattr(passes, add)()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)
    engine = llvm.create_mcjit_compiler(module, machine())
    engine.finalize_object()
    _engines.append(engine)
    return [engine.get_function_address(name) for name in names]


class CannotCompile(RuntimeError):
    """LLVM refuses a kernel."""


def compiled(program: Program) -> None:
    """Compile all kernels of a program.

    Raises
    ------
    CannotCompile
        With the name of the kernel.
    """
    for node in program.nodes:
        if isinstance(node.fn, Kernel):
            try:
                kernel(node.fn.nest)
            except RuntimeError as error:
                raise CannotCompile(f"{node.fn.__name__} could not be compiled ({error})") from error


def kernel(nest: Nest) -> int:
    """Give the address of a nest's function, compiled once in a process."""
    with _lock:
        if nest not in _kernels:
            (_kernels[nest],) = loaded(generated(nest, "kernel", vector()), ("kernel",))
        return _kernels[nest]
