"""What does not take a Tensor that is on the tape, each with the reason and the way out.

Files, text, dates, records and objects hold no numbers on a tape; a function that writes into a plain array would lose
the gradient. Beside them stand the functions of NumPy that concern no array at all, and those that make one of plain
numbers: so that every public name of NumPy has its verdict.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.op import constants, creations, present, refusals

FILE = "a file holds numbers and no tape; write the Tensor's value"
READS = "what is read from a file or text is a plain array; make a Tensor of it with Tensor(...)"
TEXT = "it works on text"
DATES = "it works on dates, which have no derivative"
RECORDS = "it works on records, whose fields are no axis of numbers; keep one Tensor a field"
PLAIN = "it makes a plain array, in which the gradient would be lost; write autograd.array(...), or Tensor(...)"
MATRIX = "np.matrix is a subclass of its own, which NumPy advises against; write np.block and Tensors with two axes"
OBJECTS = "it calls a Python function for each element and gives objects; write it in NumPy, or use autograd.extend"
MEMORY = "it walks the memory of plain arrays; write indexing or np.ndindex"

NUMBERS = "an array made of plain numbers"
NO_ARRAY = "concerns NumPy itself, or types, shapes and numbers, and no array"

umath: Any = vars(np)["_core"].umath
_text = tuple(f for f in vars(umath).values() if isinstance(f, np.ufunc) and not f.types)

_REFUSED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (FILE, (np.save, np.savez, np.savez_compressed, np.savetxt)),
    (READS, (np.load, np.loadtxt, np.genfromtxt, np.fromfile, np.fromregex, np.fromstring, np.frombuffer)),
    (TEXT, (*_text, "numpy.strings", "numpy.char")),
    (DATES, (np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string, np.datetime_data, np.isnat)),
    (RECORDS, ("numpy.lib.recfunctions",)),
    (PLAIN, (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite)),
    (PLAIN, (np.require, np.from_dlpack)),
    ("it fills a plain array, in which the gradient would be lost; write np.broadcast_to", (np.full,)),
    ("its ends are plain numbers; write np.linspace, or start + step * np.arange(n)", (np.arange,)),
    (MATRIX, (np.asmatrix, np.bmat)),
    (OBJECTS, (np.frompyfunc,)),
    (MEMORY, (np.nested_iters,)),
)
for _reason, _group in _REFUSED:
    refusals.update(dict.fromkeys(_group, _reason))

_makes = "empty eye identity indices ones tri zeros fromfunction bartlett blackman hamming hanning kaiser"
_indices = "diag_indices mask_indices tril_indices triu_indices"
creations.update(dict.fromkeys((*present(np, *_makes.split(), *_indices.split()), umath._ones_like), NUMBERS))
creations.update(dict.fromkeys((np.fft.fftfreq, np.fft.rfftfreq), NUMBERS))

_numpy_itself = (
    "base_repr binary_repr broadcast_shapes format_float_positional format_float_scientific get_include "
    "get_printoptions getbufsize geterr geterrcall info isdtype isfortran isscalar issubdtype iterable mintypecode "
    "printoptions promote_types set_printoptions setbufsize seterr seterrcall show_config show_runtime test typename"
)
constants.update(dict.fromkeys(present(np, *_numpy_itself.split()), NO_ARRAY))
constants[np.fromiter] = "it asks each element for float(t), which leaves the tape: write autograd.array(...)"
constants.update(dict.fromkeys((*present(np.linalg, "test"), *present(np.fft, "test")), NO_ARRAY))
