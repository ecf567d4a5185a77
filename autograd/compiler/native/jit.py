"""Turn LLVM IR into functions in memory, for the processor that this runs on."""

from __future__ import annotations

import os
import sys
import threading
from functools import cache as once
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from autograd.compiler.native import cache
from autograd.compiler.native.generate import generated
from autograd.compiler.native.nest import Kernel, Nest
from autograd.compiler.program import Program

#: Held while anything is compiled: LLVM's objects and what is kept of them are of one thread at a time.
lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    # In a child there is no other thread, whatever this one held.
    os.register_at_fork(after_in_child=lock._at_fork_reinit)  # type: ignore[attr-defined]
_kernels: dict[Nest, int] = {}
#: What is done to a module before it is made code: its text is what is wanted, but for rooms on the stack.
_PASSES = ("add_sroa_pass",)


@once
def machine() -> Any:
    """Give the target: this processor with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(opt=2, cpu=llvm.get_host_cpu_name(), features=_features(), jit=True)


@once
def _features() -> str:
    return str(llvm.get_host_cpu_features().flatten())


@once
def vector() -> int:
    """Give the bytes of a vector: what suits the processor."""
    return 64 if llvm.get_host_cpu_features().get("avx512f") else 32


@once
def _engine() -> Any:
    """Give what holds all code of the process, which lives as long: addresses in it are handed out."""
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine())


def loaded(text: str, name: str) -> int:
    """Compile the module that defines one function, and give the address of that; kept on disk it need not be compiled.

    The function's name is that of the module from then on, so that two of one text are one.
    """
    with lock:
        parts = (text, llvm.get_host_cpu_name(), _features(), llvmlite.__version__, sys.platform, *_PASSES)
        key = cache.key_of(*parts)
        symbol = f"k{key[:24]}"
        code = cache.found(key)
        if code is None:
            code = _compiled(text.replace(f"@{name}(", f"@{symbol}("))
            cache.kept(key, code)
        _engine().add_object_file(llvm.ObjectFileRef.from_data(code))
        _engine().finalize_object()
        address: int = _engine().get_function_address(symbol)
        if not address:
            raise RuntimeError(f"{symbol} is not in the code that was made")
        return address


def _compiled(text: str) -> bytes:
    """Give the object code of a module."""
    module = llvm.parse_assembly(text)
    module.verify()
    builder = llvm.create_pass_builder(machine(), llvm.create_pipeline_tuning_options(speed_level=1))
    passes = llvm.create_new_function_pass_manager()
    for add in _PASSES:
        getattr(passes, add)()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)
    code: bytes = machine().emit_object(module)
    return code


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
    with lock:
        if nest not in _kernels:
            _kernels[nest] = loaded(generated(nest, "kernel"), "kernel")
        return _kernels[nest]


cache.from_environment()
