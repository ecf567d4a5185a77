"""SciPy, as far as HIPS autograd differentiates it."""

from autograd.dropin.scipy import integrate as integrate
from autograd.dropin.scipy import linalg as linalg
from autograd.dropin.scipy import misc as misc
from autograd.dropin.scipy import signal as signal
from autograd.dropin.scipy import special as special
from autograd.dropin.scipy import stats as stats
