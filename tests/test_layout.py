"""The shape of the house: imports run downward, modules are short, and the public names are the ones listed."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn")

#: From the ground up. A module may import what stands on a lower floor, and of its own floor what does not import it
#: in turn. A name that ends in a dot stands for all modules below it.
FLOORS = [
    ["autograd.entry", "autograd.lines", "autograd.looking", "autograd.tree", "autograd.memory", "autograd.fitting"],
    [
        "autograd.hooks",
        "autograd.tape",
        "autograd.op",
        "autograd.record",
        "autograd.families",
        "autograd.multilinear",
        "autograd.compose",
    ],
    ["autograd.ops", "autograd.ops."],
    ["autograd.protocols", "autograd.ufuncs", "autograd.redirect"],
    ["autograd.operators", "autograd.leaving", "autograd.tensor"],
    ["autograd.argnums", "autograd.transforms", "autograd.functional", "autograd.jacobians"],
    [
        "autograd.joint",
        "autograd.whole",
        "autograd.recomputed",
        "autograd.blackbox",
        "autograd.custom",
        "autograd.optimize",
    ],
    ["autograd.compiler", "autograd.compiler."],
    ["autograd.differences", "autograd.report", "autograd.judge", "autograd.spot", "autograd.proof", "autograd.check"],
    ["autograd.decorating", "autograd.seals", "autograd.watch", "autograd.explaining", "autograd.debugging"],
    ["autograd.coverage", "autograd.extend", "autograd.extend."],
    ["autograd.dropin", "autograd.dropin."],
    ["autograd"],
    ["nn"],
]


def floor_of(name: str) -> int | None:
    """Tell on which floor a module stands."""
    for number, floor in enumerate(FLOORS):
        if any(name == module or (module.endswith(".") and name.startswith(module)) for module in floor):
            return number
    return None


PUBLIC = {
    "autograd": [
        "Tape", "Tensor", "array", "check_grads", "checkpoint", "compile", "custom_jvp", "custom_vjp", "debug",
        "deriv", "derive", "dict", "egrad", "elementwise_grad", "explain", "get_num_threads", "grad", "grad_and_aux",
        "grad_named", "hessian", "hessian_tensor_product", "hessian_vector_product", "holomorphic_grad", "hvp",
        "is_compiling", "isinstance", "jacobian", "jacobian_vector_product", "jvp", "keep_kernels", "keep_memory",
        "list", "make_ggnvp", "make_hvp", "make_jvp", "make_jvp_reversemode", "make_vjp", "multigrad_dict", "no_grad",
        "numerical", "primitive", "relu", "set_num_threads", "stop_gradient", "tensor_jacobian_product", "tuple",
        "type", "value_and_grad", "vector_jacobian_product", "verdict", "vjp",
    ],
    "nn": [
        "Accuracy", "AdaGrad", "Adam", "AdamW", "BinaryCrossentropy", "CSVLog", "Callback", "CategoricalCrossentropy",
        "Checkpoint", "Comparison", "Configurable", "ConfusionMatrix", "Dense", "Difference", "Dropout",
        "EarlyStopping", "Flatten", "GELU", "History", "Huber", "L1", "L2", "LeakyReLU", "Linear", "Loader",
        "LogSoftmax", "Loss", "MeanAbsoluteError", "MeanSquaredError", "Metric", "MinMax", "Model", "NaNStop",
        "ProgressBar", "R2", "RMSProp", "ReLU", "RegressionAccuracy", "Regularizer", "Run", "SGD", "Sequential",
        "Sigmoid", "Softmax", "Standardizer", "Step", "Tanh", "accuracy", "analytic", "compare", "confusion_matrix",
        "datasets", "from_config", "initializers", "is_training", "k_fold", "make_step", "named_parameters", "one_hot",
        "parameters", "r2_score", "regularization_loss", "schedules", "softmax_cross_entropy", "split", "training",
    ],
}  # fmt: skip


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@cache
def imported(name: str) -> set[str]:
    """Give the project's modules that a module imports anywhere, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{name}: imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else node.module)
    return {module for module in found if module in MODULES}


def reached(name: str) -> set[str]:
    """Give all that a module imports, by however many steps."""
    found: set[str] = set()
    stack = [name]
    while stack:
        fresh = imported(stack.pop()) - found
        found |= fresh
        stack += fresh
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("autograd")])
def test_imports_run_downward(name: str) -> None:
    floor = floor_of(name)
    assert floor is not None, f"{name} has no floor"
    for other in imported(name):
        below = floor_of(other)
        assert below is not None and below <= floor, f"{name} imports {other}, which stands above it"
        assert below < floor or name not in reached(other), f"{name} and {other} import each other"


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] == "nn"])
def test_nn_knows_only_the_public_engine(name: str) -> None:
    for other in imported(name):
        assert other in ("autograd", "autograd.extend") or other.startswith("nn"), f"{name} imports {other}"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("autograd.ops.")])
def test_the_calculus_imports_no_engine(name: str) -> None:
    allowed = ("op", "ops", "record", "families", "multilinear", "compose", "entry")
    allowed = tuple(f"autograd.{room}" for room in allowed)
    for other in imported(name):
        assert other in allowed or other.startswith("autograd.ops."), f"{name} imports {other}"


@pytest.mark.parametrize("name", list(MODULES))
def test_modules_are_read_in_one_sitting(name: str) -> None:
    text = MODULES[name].read_text()
    assert len(text.splitlines()) <= 420
    assert ast.get_docstring(ast.parse(text)), f"{name} does not say what one can do there"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_the_ones_listed(package: str) -> None:
    module = {"autograd": autograd, "nn": nn}[package]
    tree = ast.parse(MODULES[package].read_text())
    names = []
    # The folder of HIPS autograd's names is put on the package's path.
    lines = [node for node in tree.body[1:] if not ast.unparse(node).startswith("__path__.append(")]
    for node in lines:
        assert isinstance(node, ast.ImportFrom), "an __init__ holds imports and no logic"
        for alias in node.names:
            assert alias.asname == alias.name, f"{alias.name} is to be written {alias.name} as {alias.name}"
            # What opens modules when they are asked for is no name of its own.
            names += [alias.name] if alias.name != "__getattr__" else []
    assert sorted(names) == PUBLIC[package]
    assert all(hasattr(module, name) for name in names)


def test_importing_the_engine_imports_no_extra() -> None:
    extras = ("scipy", "matplotlib", "tqdm", "nnfs", "sklearn", "PIL")
    code = f"import sys, autograd, nn; print([m for m in {extras} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
