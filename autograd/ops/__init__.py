"""The calculus tables: one row an op, readable as the formulas on paper.

Importing this package declares every op of NumPy's. Those of SciPy (`autograd.ops.special`) are declared when one of
its functions first meets a Tensor.
"""

from autograd.ops import constant as constant
from autograd.ops import elementwise as elementwise
from autograd.ops import indexing as indexing
from autograd.ops import products as products
from autograd.ops import reduction as reduction
from autograd.ops import shape as shape
