"""The distributions that HIPS autograd differentiates: each is a module with SciPy's names and signatures."""

from autograd.dropin.scipy.stats import beta as beta
from autograd.dropin.scipy.stats import chi2 as chi2
from autograd.dropin.scipy.stats import dirichlet as dirichlet
from autograd.dropin.scipy.stats import gamma as gamma
from autograd.dropin.scipy.stats import multivariate_normal as multivariate_normal
from autograd.dropin.scipy.stats import norm as norm
from autograd.dropin.scipy.stats import poisson as poisson
from autograd.dropin.scipy.stats import t as t
