"""Names that NumPy 2 dropped, and programs still take from `autograd.numpy`: each warns, and names its successor."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

#: What each name is called now.
_NOW = {
    "Inf": "inf", "Infinity": "inf", "NAN": "nan", "NaN": "nan", "PINF": "inf", "alltrue": "all", "bool8": "bool_",
    "cfloat": "complex128", "complex_": "complex128", "cumproduct": "cumprod", "float_": "float64", "infty": "inf",
    "mat": "asmatrix", "product": "prod", "round_": "round", "sometrue": "any", "trapz": "trapezoid",
}  # fmt: skip


def former(namespace: Mapping[str, Any], name: str) -> Any:
    """Give what a dropped name stood for.

    Raises
    ------
    AttributeError
        If NumPy never had it, or nothing here stands for it.
    """
    if name in _NOW:
        now, found = _NOW[name], namespace[_NOW[name]]
    elif name == "NINF":
        now, found = "-inf", -namespace["inf"]
    elif name == "in1d":
        now, found = (
            "isin",
            lambda ar1, ar2, *args, **kwargs: namespace["isin"](namespace["ravel"](ar1), ar2, *args, **kwargs),
        )
    elif name == "msort":
        now, found = "sort(a, axis=0)", lambda a: namespace["sort"](a, axis=0)
    elif name == "asfarray":
        now, found = (
            "asarray(a, dtype=float)",
            lambda a, dtype=float: namespace["asarray"](
                a, dtype=dtype if namespace["issubdtype"](dtype, namespace["inexact"]) else float
            ),
        )
    else:
        raise AttributeError(f"module 'autograd.numpy' has no attribute {name!r}, and neither has NumPy")
    warnings.warn(f"NumPy 2 has dropped {name}: write {now}.", DeprecationWarning, stacklevel=3)
    return found
