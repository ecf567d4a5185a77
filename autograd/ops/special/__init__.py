"""SciPy's special functions: declared when one of them first meets a Tensor, so that SciPy is never imported for it."""

from autograd.ops.special import airy as airy
from autograd.ops.special import bessel as bessel
from autograd.ops.special import distributions as distributions
from autograd.ops.special import elliptic as elliptic
from autograd.ops.special import entropy as entropy
from autograd.ops.special import errors as errors
from autograd.ops.special import functions as functions
from autograd.ops.special import gamma as gamma
from autograd.ops.special import hypergeometric as hypergeometric
from autograd.ops.special import incomplete as incomplete
from autograd.ops.special import integrals as integrals
from autograd.ops.special import polynomials as polynomials
from autograd.ops.special import verdicts as verdicts
