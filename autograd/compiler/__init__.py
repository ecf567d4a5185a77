"""From a tape to a program: `autograd.compile` and `autograd.derive`."""
