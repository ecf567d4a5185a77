"""Call kernels from Python: a builtin function, made in memory, that runs a list of them.

`PyCFunction` objects take any address for their code. The one here reads where its arguments lie from the arrays
themselves, writes that into a table, and calls each kernel of a plan with its part of the table. A call from Python
takes some fifty nanoseconds, through `ctypes` it would take a microsecond.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.native.jit import loaded, lock

#: Where an array says what it is, in bytes after the head of every Python object: its data, its flags.
_DATA, _FLAGS = 0, 48
#: The array lies in one piece, in the order of its axes, and aligned.
_STRAIGHT = np.zeros(1).flags.num & 0x101
_FASTCALL = 0x80


class Call(NamedTuple):
    """One kernel of a plan: its code, the addresses of its arrays and its rows.

    Each address is a number, or the number of an argument and the bytes after its start.
    """

    code: int
    addresses: Sequence[int | tuple[int, int]]
    rows: int


class _Method(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("code", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p))


def _text() -> str:
    """Write the function: `None` if all went well, `False` if an argument does not lie straight, `True` for a label."""
    head = object.__basicsize__
    kind = head - ctypes.sizeof(ctypes.c_void_p)
    return f"""
define ptr @run(ptr %self, ptr %args, i64 %count) {{
entry:
  %selfdata = getelementptr i8, ptr %self, i64 {head + _DATA}
  %plan = load ptr, ptr %selfdata
  %moves = load i64, ptr %plan
  %pcalls = getelementptr i64, ptr %plan, i64 1
  %calls = load i64, ptr %pcalls
  %ptable = getelementptr i64, ptr %plan, i64 2
  %table = load ptr, ptr %ptable
  %parray = getelementptr i64, ptr %plan, i64 3
  %array = load ptr, ptr %parray
  %pincrement = getelementptr i64, ptr %plan, i64 4
  %increment = load ptr, ptr %pincrement
  %pfalse = getelementptr i64, ptr %plan, i64 5
  %false = load ptr, ptr %pfalse
  %ptrue = getelementptr i64, ptr %plan, i64 6
  %true = load ptr, ptr %ptrue
  %pnone = getelementptr i64, ptr %plan, i64 7
  %none = load ptr, ptr %pnone
  %start = getelementptr i64, ptr %plan, i64 8
  br label %check
check:
  %k = phi i64 [ 0, %entry ], [ %k1, %checked ]
  %done = icmp sge i64 %k, %count
  br i1 %done, label %move, label %look
look:
  %pa = getelementptr ptr, ptr %args, i64 %k
  %a = load ptr, ptr %pa
  %ptype = getelementptr i8, ptr %a, i64 {kind}
  %type = load ptr, ptr %ptype
  %isarray = icmp eq ptr %type, %array
  br i1 %isarray, label %flags, label %crooked
flags:
  %pflags = getelementptr i8, ptr %a, i64 {head + _FLAGS}
  %f = load i32, ptr %pflags
  %masked = and i32 %f, {_STRAIGHT}
  %straight = icmp eq i32 %masked, {_STRAIGHT}
  br i1 %straight, label %checked, label %crooked
checked:
  %k1 = add i64 %k, 1
  br label %check
crooked:
  call void %increment(ptr %false)
  ret ptr %false
move:
  %m = phi i64 [ 0, %check ], [ %m1, %moving ]
  %pm = phi ptr [ %start, %check ], [ %pm1, %moving ]
  %moved = icmp sge i64 %m, %moves
  br i1 %moved, label %call, label %moving
moving:
  %which = load i64, ptr %pm
  %pm_a = getelementptr i64, ptr %pm, i64 1
  %slot = load i64, ptr %pm_a
  %pm_b = getelementptr i64, ptr %pm, i64 2
  %offset = load i64, ptr %pm_b
  %pm1 = getelementptr i64, ptr %pm, i64 3
  %m1 = add i64 %m, 1
  %parg = getelementptr ptr, ptr %args, i64 %which
  %arg = load ptr, ptr %parg
  %pdata = getelementptr i8, ptr %arg, i64 {head + _DATA}
  %data = load ptr, ptr %pdata
  %at = getelementptr i8, ptr %data, i64 %offset
  %pslot = getelementptr ptr, ptr %table, i64 %slot
  store ptr %at, ptr %pslot
  br label %move
call:
  %c = phi i64 [ 0, %move ], [ %c1, %calling ]
  %pc = phi ptr [ %pm, %move ], [ %pc1, %calling ]
  %bad = phi i64 [ 0, %move ], [ %bad1, %calling ]
  %last = icmp sge i64 %c, %calls
  %failed = icmp ne i64 %bad, 0
  %called = or i1 %last, %failed
  br i1 %called, label %end, label %calling
calling:
  %code = load ptr, ptr %pc
  %pc_a = getelementptr i64, ptr %pc, i64 1
  %first = load i64, ptr %pc_a
  %pc_b = getelementptr i64, ptr %pc, i64 2
  %rows = load i64, ptr %pc_b
  %mine = getelementptr ptr, ptr %table, i64 %first
  %bad1 = call i64 %code(ptr %mine, i64 0, i64 %rows)
  %pc1 = getelementptr i64, ptr %pc, i64 3
  %c1 = add i64 %c, 1
  br label %call
end:
  %well = icmp eq i64 %bad, 0
  %result = select i1 %well, ptr %none, ptr %true
  call void %increment(ptr %result)
  ret ptr %result
}}
"""


@cache
def _method() -> _Method:
    """Describe the function to Python: one for all, which stays, for functions made of it hold its address."""
    code = loaded(_text(), "run")
    _methods.append(_Method(b"run", code, _FASTCALL, b"Run the kernels of a plan."))
    return _methods[0]


_methods: list[_Method] = []
#: A prototype of our own: what others set on `ctypes.pythonapi` is theirs.
_new = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
    ("PyCFunction_NewEx", ctypes.pythonapi)
)


def runner(calls: Sequence[Call]) -> Callable[..., bool | None]:
    """Make the function that runs kernels one after the other on the arrays that it is given.

    It returns None if all went well, False (and has done nothing) if one of them is no plain array that lies straight,
    True if a label was out of bounds.
    """
    table: list[int] = []
    moves: list[int] = []
    plan: list[int] = []
    for call in calls:
        plan += [call.code, len(table), call.rows]
        _placed(call.addresses, table, moves)
    return _made(len(calls), moves, plan, table)[0]


def filler(addresses: Sequence[int | tuple[int, int]]) -> tuple[Callable[..., bool | None], Any]:
    """Make the function that writes where the arrays lie into a table, and give the table."""
    table: list[int] = []
    moves: list[int] = []
    _placed(addresses, table, moves)
    return _made(0, moves, [], table)


def _placed(addresses: Sequence[int | tuple[int, int]], table: list[int], moves: list[int]) -> None:
    """Put addresses into a table; those of arguments are moved there at each call."""
    for address in addresses:
        if isinstance(address, tuple):
            moves += [address[0], len(table), address[1]]
            table.append(0)
        else:
            table.append(address)


def _made(count: int, moves: list[int], plan: list[int], table: list[int]) -> tuple[Callable[..., bool | None], Any]:
    """Make the builtin function of a plan, which holds the plan and the table."""
    increment = ctypes.cast(ctypes.pythonapi.Py_IncRef, ctypes.c_void_p).value
    known = [id(np.ndarray), increment, id(False), id(True), id(None)]
    head = [len(moves) // 3, count, 0, *known, *moves, *plan]
    everything = np.array([*head, *table], np.int64)
    everything[2] = everything.ctypes.data + 8 * len(head)
    with lock:
        method = _method()
    return _new(ctypes.addressof(method), everything, None), everything[len(head) :]


@cache
def works() -> str:
    """Try it: give nothing, or the reason why kernels cannot be called here."""
    if sys.implementation.name != "cpython":
        return f"native kernels are called as CPython calls its own functions; this is {sys.implementation.name}"
    x = np.zeros((2, 3))
    head = object.__basicsize__
    if ctypes.c_void_p.from_address(id(x) + head + _DATA).value != x.ctypes.data:
        return "arrays of this NumPy are not laid out as they are in NumPy 2"
    for array in (x, x.T, x[:, ::2]):
        flags = ctypes.c_int.from_address(id(array) + head + _FLAGS).value
        if flags != array.flags.num:
            return "arrays of this NumPy are not laid out as they are in NumPy 2"
    nothing = runner(())
    if nothing(x) is not None or nothing(x.T) is not False:
        return "this Python does not call functions as CPython 3.11 does"
    return ""
