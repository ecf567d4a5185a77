"""Declare ops of your own, exactly as ours are: five families, one row an op.

>>> import numpy as np
>>> from autograd import grad
>>> from autograd.extend import elementwise
>>> softplus = elementwise(lambda x: np.logaddexp(0, x), name="softplus", x=lambda g, x: g / (1 + np.exp(-x)))
>>> grad(softplus)(0.0)
array(0.5)
"""

from autograd.families import elementwise as elementwise
from autograd.families import op as op
from autograd.families import reduction as reduction
from autograd.multilinear import bilinear as bilinear
from autograd.multilinear import linear as linear
from autograd.op import Case as Case
from autograd.op import Real as Real
from autograd.op import case as case
from autograd.tensor import standing_in as standing_in
