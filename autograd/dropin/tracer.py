"""What HIPS autograd has in `autograd.tracer`, as far as programs use it: Tensors told apart, opened, and kept out."""

from autograd.extend.primitive import Box as Box
from autograd.extend.primitive import getval as getval
from autograd.extend.primitive import isbox as isbox
from autograd.extend.primitive import notrace_primitive as notrace_primitive
from autograd.extend.primitive import primitive as primitive
from autograd.extend.primitive import register_notrace as register_notrace
