"""Chapter 9 through the tape, cell by cell, and what must survive `nnfs.init()`, which replaces functions of NumPy."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor

ROOT = Path(__file__).parents[1]


def load(name):
    """Import a file of the examples, which are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def run(*args, cwd=ROOT):
    """Run Python in a process of its own, in which nothing has been imported."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, *args], capture_output=True, cwd=cwd, env=env, encoding="utf-8")


chapter9 = load("chapter9")


@pytest.mark.parametrize("heading", chapter9.sections)
def test_cells_are_reproduced(heading):
    cells = chapter9.sections[heading]()
    assert cells and [cell for cell in cells if not cell.passed] == []


def test_a_cell_fails_where_it_should():
    assert chapter9.cell("", [1.0, 0.0], [1.0 + 0.9e-6, 0.0]).passed
    for tape in ([1.0 + 1.1e-6, 0.0], [1.0, 1e-20], [np.nan, 0.0], [1.0]):
        assert not chapter9.cell("", [1.0, 0.0], tape).passed


def test_half_a_derivative_at_0_would_fail_the_chapter():
    """The first point of each class is the origin: there the hidden layer's ReLU is exactly at 0.

    The three nearly cancel in the bias's gradient, so it shows in the seventh digit only.
    """
    right = chapter9.relu
    chapter9.relu = lambda x: np.maximum(x, 0)
    try:
        failed = [cell.name for cell in chapter9.everything() if not cell.passed]
    finally:
        chapter9.relu = right
    assert failed == ["dense1.dbiases, layer by layer"]


@pytest.fixture
def own_random_state():
    """For what seeds NumPy's global generator, as nnfs's data need it."""
    state = np.random.get_state()
    yield
    np.random.set_state(state)


@pytest.mark.usefixtures("own_random_state")
def test_nnfs_numpy_gives_everything_back():
    functions = np.dot, np.zeros, np.eye, np.random.randn
    np.random.seed(5)
    expected = np.random.rand()
    np.random.seed(5)
    with pytest.raises(RuntimeError), chapter9.nnfs_numpy():
        assert np.zeros(1).dtype == np.float32
        raise RuntimeError
    assert (np.dot, np.zeros, np.eye, np.random.randn) == functions
    assert np.random.rand() == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_pass_through_the_replaced_dot(dtype):
    a, b, g = (np.random.default_rng(i).standard_normal((3, 3)).astype(dtype) for i in range(3))
    x, y = Tensor(a, requires_grad=True), Tensor(b, requires_grad=True)
    with chapter9.nnfs_numpy():
        product = np.dot(x, y)
        assert product.dtype == np.float32
        product.backward(g.astype(np.float32))
    g = g.astype(np.float32).astype(np.float64)
    # It computes in float64 whatever comes in; the gradients go back in the dtype of the inputs.
    np.testing.assert_array_equal(x.grad, (g @ b.astype(np.float64).T).astype(dtype))
    np.testing.assert_array_equal(y.grad, (a.astype(np.float64).T @ g).astype(dtype))
    assert x.grad.dtype == dtype and y.grad.dtype == dtype


NUMBERS = """
import numpy as np
{before}
import autograd, nn
from autograd import Tensor
{after}
rng = np.random.default_rng(0)
X, y = rng.standard_normal((20, 2)), rng.integers(0, 3, 20)
model = nn.Sequential(nn.Dense(2, 8, rng=rng), nn.ReLU(), nn.Dense(8, 3, rng=rng), nn.Softmax())
adam = nn.Adam(learning_rate=0.05)
results = []
for _ in range(3):
    loss = nn.CategoricalCrossentropy()(model(X), y)
    loss.backward()
    results += [loss.numpy(), *(param.grad for param in model.parameters())]
    adam.step(model.parameters())
nn.softmax_cross_entropy(model[:-1](X), y).backward()
results += [param.grad for param in model.parameters()] + [param.data for param in model.parameters()]

def f(a):
    b = a @ a + np.einsum("ij,kj->ik", a, a) + np.tensordot(a, a, axes=1)
    picked = b[[0, 0, 2]] * np.max(b, axis=1, keepdims=True)
    return np.sum(np.concatenate([picked, b[b.detach().numpy() > 0].reshape(1, -1).sum() * b]) ** 2) + np.prod(b).sum()

a = rng.standard_normal((3, 3))
results += [autograd.grad(f)(a), autograd.jvp(f, (a,), (np.ones((3, 3)),))[1]]
results += [autograd.grad(lambda a: np.sum(autograd.grad(f)(a) ** 2))(a)]
print([(array.dtype.str, array.tobytes().hex()) for array in map(np.asarray, results)])
"""


def test_the_engines_numbers_do_not_change_with_nnfs_init():
    """Neither when it has been imported before `nnfs.init()` nor when it is imported after, to the last bit."""
    init = "import nnfs; nnfs.init()"
    plain, before, after = (run("-c", NUMBERS.format(before=b, after=a)) for b, a in (("", ""), (init, ""), ("", init)))
    assert (plain.returncode, plain.stderr) == (0, "")
    assert "<f8" in plain.stdout and "<f4" not in plain.stdout
    assert (after.stdout, after.stderr) == (plain.stdout, "")
    assert (before.stdout, before.stderr) == (plain.stdout, "")


def test_the_neuron_runs():
    done = run("examples/neuron.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["6.0", "1.0", "5.985"]


@pytest.mark.usefixtures("each_backend")
def test_the_main_job_runs(tmp_path):
    picture = tmp_path / "picture.png"
    done = run("examples/spiral.py", "--epochs", "30", "--hidden", "8", "--seed", "3", "--out", str(picture))
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "FAIL" not in done.stdout and done.stdout.count(" pass\n") == sum(
        len(section()) for section in chapter9.sections.values()
    )
    assert done.stdout.count("layers.2.biases") == 2 and "learning rate 0.0" in done.stderr
    assert list(tmp_path.iterdir()) == [picture]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--epochs", "0"), "--epochs: a whole number of at least 1; met '0'"),
        (("--hidden", "many"), "--hidden: a whole number of at least 1; met 'many'"),
        (("--seed", "-1"), "--seed: from 0 to 4294967295; met -1"),
        (("--out", "nowhere/spiral.png"), "--out: there is no folder nowhere"),
    ],
)
def test_the_main_job_refuses_bad_options(option, message):
    done = run("examples/spiral.py", *option)
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""


@pytest.mark.usefixtures("own_random_state")
def test_a_failing_check_ends_with_exit_code_1(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    spiral = load("spiral")
    wrong = chapter9.cell("a wrong cell", 1.0, 2.0)
    monkeypatch.setattr(spiral.chapter9, "sections", {"Heading": lambda: [wrong]})
    monkeypatch.setattr(sys, "argv", ["spiral.py", "--epochs", "2", "--hidden", "3", "--out", str(tmp_path / "x.png")])
    assert spiral.main() == 1
    assert "FAILED: Heading: a wrong cell" in capsys.readouterr().err


@pytest.mark.usefixtures("own_random_state")
def test_a_poor_accuracy_ends_with_exit_code_1(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    spiral = load("spiral")
    monkeypatch.setattr(spiral, "EPOCHS", 2)
    monkeypatch.setattr(sys, "argv", ["spiral.py", "--epochs", "2", "--out", str(tmp_path / "x.png")])
    assert spiral.main() == 1
    assert "FAILED: the accuracy is 0." in capsys.readouterr().err


def test_parameters_of_every_chapter_class_are_found():
    """The names under which the chapter knows them."""
    assert list(nn.named_parameters(nn.Dense(2, 3))) == ["weights", "biases"]
