"""The names of HIPS autograd, so that a program written for it runs here as it is.

The package puts this folder on its path: what lies here as `numpy/` is imported as `autograd.numpy`, and so on. It is a
face, and no second engine: NumPy's own functions see Tensors, and what is here names, adapts and composes.
`docs/migrating.md` says what differs.
"""
