"""Measure gradtape side by side with hand-derived NumPy, PyTorch, JAX, HIPS autograd and MyGrad.

``python -m benchmarks`` from the project root runs everything and writes ``docs/benchmarks.md``, ``.json`` and
``.png``; ``python -m benchmarks.peers`` makes the environment the other libraries live in. Nothing here is a test: no
speed is asserted, but engines that do not compute the same numbers are not timed.
"""
