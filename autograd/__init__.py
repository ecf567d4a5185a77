"""gradtape: NumPy code that differentiates itself.

>>> import numpy as np
>>> from autograd import grad
>>> grad(grad(np.tanh))(0.5)
array(-0.72686198)
"""

from autograd.blackbox import numerical as numerical
from autograd.check import check_grads as check_grads
from autograd.compiler.front import compile as compile
from autograd.compiler.front import derive as derive
from autograd.compiler.native.cache import keep_kernels as keep_kernels
from autograd.compiler.native.pool import get_num_threads as get_num_threads
from autograd.compiler.native.pool import set_num_threads as set_num_threads
from autograd.compiler.state import is_compiling as is_compiling
from autograd.coverage import verdict as verdict
from autograd.custom import custom_jvp as custom_jvp
from autograd.custom import custom_vjp as custom_vjp
from autograd.debugging import debug as debug
from autograd.dropin.builtins import dict as dict
from autograd.dropin.builtins import isinstance as isinstance
from autograd.dropin.builtins import list as list
from autograd.dropin.builtins import tuple as tuple
from autograd.dropin.builtins import type as type
from autograd.dropin.differential_operators import grad_named as grad_named
from autograd.dropin.differential_operators import hessian_vector_product as hessian_vector_product
from autograd.dropin.differential_operators import make_jvp_reversemode as make_jvp_reversemode
from autograd.dropin.rooms import __getattr__ as __getattr__
from autograd.entry import no_grad as no_grad
from autograd.explaining import explain as explain
from autograd.extend.primitive import primitive as primitive
from autograd.functional import deriv as deriv
from autograd.functional import egrad as egrad
from autograd.functional import elementwise_grad as elementwise_grad
from autograd.functional import grad_and_aux as grad_and_aux
from autograd.functional import hessian_tensor_product as hessian_tensor_product
from autograd.functional import holomorphic_grad as holomorphic_grad
from autograd.functional import hvp as hvp
from autograd.functional import jacobian_vector_product as jacobian_vector_product
from autograd.functional import make_ggnvp as make_ggnvp
from autograd.functional import make_hvp as make_hvp
from autograd.functional import make_jvp as make_jvp
from autograd.functional import make_vjp as make_vjp
from autograd.functional import multigrad_dict as multigrad_dict
from autograd.functional import tensor_jacobian_product as tensor_jacobian_product
from autograd.functional import vector_jacobian_product as vector_jacobian_product
from autograd.jacobians import hessian as hessian
from autograd.jacobians import jacobian as jacobian
from autograd.memory import keep_memory as keep_memory
from autograd.ops.elementwise import relu as relu
from autograd.recomputed import checkpoint as checkpoint
from autograd.tape import Tape as Tape
from autograd.tensor import Tensor as Tensor
from autograd.tensor import array as array
from autograd.transforms import grad as grad
from autograd.transforms import jvp as jvp
from autograd.transforms import value_and_grad as value_and_grad
from autograd.transforms import vjp as vjp
from autograd.whole import stop_gradient as stop_gradient

# The names of HIPS autograd lie in a folder of their own: `autograd.numpy` is found there.
__path__.append(f"{__path__[0]}/dropin")
