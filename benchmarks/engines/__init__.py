"""Who is measured: one adapter a library, each as a user of that library would write it.

An adapter offers ``train(data, variant)``, ``chain(data, variant)`` and ``blackscholes(data, variant)``, and each
returns a `Run`. This file imports no library, so a worker can read it before it times the import of the engine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """A workload ready to be repeated.

    Attributes
    ----------
    step : callable
        What is timed. It returns when its results are in memory.
    numbers : callable
        Returns the value and the gradients at the current point as arrays, in the order of the workload's arguments
        (for a network: weights and biases, layer by layer).
    parameters : callable
        Returns what the steps have changed, in the same order and orientation; nothing where there is no training.
    compiled : object
        What `autograd.compile` made of it, where it did, to look into.
    """

    step: Callable[[], Any]
    numbers: Callable[[], Sequence[Any]]
    parameters: Callable[[], Sequence[Any]] = tuple
    compiled: Any = None


@dataclass(frozen=True)
class Engine:
    """One column of the results.

    Attributes
    ----------
    name : str
        What is typed after ``--engines``.
    adapter : str
        Module in this folder.
    package : str
        What is imported, and how long that takes is reported.
    distribution : str
        What its version is asked from.
    about : str
        One sentence for the report.
    variant : str
        Passed to the adapter, where one library is used in two ways.
    project : bool
        Whether it runs in the project's environment, with the project's folder importable, or in that of the peers.
    """

    name: str
    adapter: str
    package: str
    distribution: str
    about: str
    variant: str = ""
    project: bool = False


ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "numpy",
            "numpy_by_hand",
            "numpy",
            "numpy",
            "Hand-derived, class by class as *Neural Networks from Scratch* writes it, with the combined softmax and "
            "cross-entropy backward and its Adam; a hand-written reverse pass for `chain`; closed-form greeks for "
            "`blackscholes`.",
            project=True,
        ),
        Engine(
            "numpy+memory",
            "numpy_by_hand",
            "numpy",
            "numpy",
            "The same after `autograd.keep_memory()`, to tell what the switch does from what the tape does.",
            variant="memory",
            project=True,
        ),
        Engine("gradtape", "gradtape", "autograd", "gradtape", "This engine, eager.", project=True),
        Engine(
            "gradtape+memory",
            "gradtape",
            "autograd",
            "gradtape",
            "The same after `autograd.keep_memory()`, which stops glibc from giving freed memory back at each step.",
            variant="memory",
            project=True,
        ),
        Engine(
            "gradtape+compiled",
            "gradtape",
            "autograd",
            "gradtape",
            "This engine, compiled: `nn.make_step`, and `autograd.compile` of value and gradient; NumPy runs it.",
            variant="compiled",
            project=True,
        ),
        Engine(
            "gradtape+native",
            "gradtape",
            "autograd",
            "gradtape",
            "The same; machine code runs the program, on one thread, and none of it is kept on disk.",
            variant="native",
            project=True,
        ),
        Engine("torch", "pytorch", "torch", "torch", "PyTorch, eager, its Adam with `fused=True`."),
        Engine(
            "torch.compile",
            "pytorch",
            "torch",
            "torch",
            "PyTorch with the loss and the step of its (default) Adam compiled, and no cache of earlier compilations.",
            variant="compile",
        ),
        Engine(
            "jax",
            "jax_jit",
            "jax",
            "jax",
            "JAX in 64-bit mode, the whole training step (or value and gradient) in one `jit`; the chain is a "
            "`fori_loop`.",
        ),
        Engine("hips", "hips", "autograd", "autograd", "HIPS autograd; the book's Adam on its gradients."),
        Engine(
            "mygrad",
            "mygrad_tape",
            "mygrad",
            "mygrad",
            "MyGrad with its own layers and loss; the book's Adam on its gradients; `erf` declared as its users do.",
        ),
    )
}
