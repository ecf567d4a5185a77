"""What HIPS autograd has in `autograd.core`, as far as programs use it: the two products of one argument, and rules."""

from autograd.dropin.tracer import getval as getval
from autograd.dropin.tracer import isbox as isbox
from autograd.extend.primitive import notrace_primitive as notrace_primitive
from autograd.extend.primitive import primitive as primitive
from autograd.extend.products import backward_pass as backward_pass
from autograd.extend.products import make_jvp as make_jvp
from autograd.extend.products import make_vjp as make_vjp
from autograd.extend.rules import def_linear as def_linear
from autograd.extend.rules import defjvp as defjvp
from autograd.extend.rules import defjvp_argnum as defjvp_argnum
from autograd.extend.rules import defjvp_argnums as defjvp_argnums
from autograd.extend.rules import defvjp as defvjp
from autograd.extend.rules import defvjp_argnum as defvjp_argnum
from autograd.extend.rules import defvjp_argnums as defvjp_argnums
from autograd.extend.rules import primitive_jvps as primitive_jvps
from autograd.extend.rules import primitive_vjps as primitive_vjps
from autograd.extend.vspaces import VSpace as VSpace
from autograd.extend.vspaces import vspace as vspace
