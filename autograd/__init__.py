"""gradtape: NumPy code that differentiates itself.

>>> import numpy as np
>>> from autograd import grad
>>> grad(grad(np.tanh))(0.5)
array(-0.72686198)
"""

from autograd.check import check_grads as check_grads
from autograd.compiler.front import compile as compile
from autograd.compiler.front import derive as derive
from autograd.compiler.native.cache import keep_kernels as keep_kernels
from autograd.compiler.native.pool import get_num_threads as get_num_threads
from autograd.compiler.native.pool import set_num_threads as set_num_threads
from autograd.compiler.state import is_compiling as is_compiling
from autograd.coverage import verdict as verdict
from autograd.debugging import debug as debug
from autograd.entry import no_grad as no_grad
from autograd.explaining import explain as explain
from autograd.memory import keep_memory as keep_memory
from autograd.ops.elementwise import relu as relu
from autograd.tape import Tape as Tape
from autograd.tensor import Tensor as Tensor
from autograd.tensor import array as array
from autograd.transforms import grad as grad
from autograd.transforms import jvp as jvp
from autograd.transforms import value_and_grad as value_and_grad
from autograd.transforms import vjp as vjp
