"""Declare ops of your own, exactly as ours are: five families, one row an op.

>>> import numpy as np
>>> from autograd import grad
>>> from autograd.extend import elementwise
>>> softplus = elementwise(lambda x: np.logaddexp(0, x), name="softplus", x=lambda g, x: g / (1 + np.exp(-x)))
>>> grad(softplus)(0.0)
array(0.5)

Or, as HIPS autograd has it, a function that the tape does not look into, with rules that are closures: `primitive`.
"""

from autograd.extend.primitive import Box as Box
from autograd.extend.primitive import notrace_primitive as notrace_primitive
from autograd.extend.primitive import primitive as primitive
from autograd.extend.primitive import register_notrace as register_notrace
from autograd.extend.rules import def_linear as def_linear
from autograd.extend.rules import defjvp as defjvp
from autograd.extend.rules import defjvp_argnum as defjvp_argnum
from autograd.extend.rules import defjvp_argnums as defjvp_argnums
from autograd.extend.rules import defvjp as defvjp
from autograd.extend.rules import defvjp_argnum as defvjp_argnum
from autograd.extend.rules import defvjp_argnums as defvjp_argnums
from autograd.extend.vspaces import VSpace as VSpace
from autograd.extend.vspaces import vspace as vspace
from autograd.families import elementwise as elementwise
from autograd.families import op as op
from autograd.families import reduction as reduction
from autograd.multilinear import bilinear as bilinear
from autograd.multilinear import linear as linear
from autograd.op import Case as Case
from autograd.op import Real as Real
from autograd.op import case as case
from autograd.tensor import standing_in as standing_in
