"""Files of settings: what is wrong is said with its place, and the example is whole."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from nn.cli import main
from nn.cli.example import EXAMPLE
from nn.cli.plan import plan_of
from nn.cli.toml import ConfigError, Table, read


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_after(*changes: tuple[str, str]) -> tuple[str, int]:
    """Change the example, and give what is said of it, and the line of the change."""
    text = EXAMPLE
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    Path("a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        plan_of("a.toml")
    line = next(i for i, (a, b) in enumerate(zip(EXAMPLE.splitlines(), text.splitlines(), strict=False), 1) if a != b)
    return str(caught.value), line


def test_the_example_is_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--example"]) == 0
    printed = capsys.readouterr().out
    assert printed == EXAMPLE
    Path("spiral.toml").write_text(printed, encoding="utf-8")
    plan = plan_of("spiral.toml")
    assert (plan.epochs, plan.batch_size, plan.seed, len(plan.data.X)) == (1000, None, 0, 240)
    assert plan.data.validation is not None and len(plan.data.validation[0]) == 60
    assert (plan.saved, plan.checkpoint) == (Path("spiral.npz"), Path("spiral.checkpoint.npz"))


def test_the_example_names_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[tuple[str, str]] = set()
    take = Table.take

    def noted(table: Table, key: str, *args: object, **kwargs: object) -> object:
        asked.add((table.name, key))
        return take(table, key, *args, **kwargs)  # type: ignore[arg-type]

    text = re.sub(r"^# (\[train\.early_stopping\]|\w+ = )", r"\1", EXAMPLE, flags=re.M)
    written = tomllib.loads(text)
    data = {key: value for key, value in written["data"].items() if key not in ("X", "y", "path", "checksum")}
    data = {key: value for key, value in data.items() if not key.endswith("_validation")}
    monkeypatch.setattr(Table, "take", noted)
    Path("a.toml").write_text(text, encoding="utf-8")
    file = read("a.toml")
    for name in ("mnist", "spiral"):
        file.values = {**written, "data": {**data, "name": name}}  # type: ignore[dict-item]
        monkeypatch.setattr("nn.cli.plan.read", lambda path: file)
        try:
            plan_of("a.toml")
        except ConfigError as error:
            assert name == "mnist" and "path" in str(error)
    for table in ("data", "train", "train.early_stopping"):
        values = written["train"]["early_stopping"] if "." in table else written[table]
        missing = {key for name, key in asked if name == table} - set(values)
        assert not missing, table
    assert not plan_of("a.toml").model.metrics == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("epochs = 1000", "epoch = 1000", "'epochs' is missing; there are: 'epoch'"),
        ("epochs = 1000", "epochs = 0", "epochs is at least 1; met 0"),
        ("epochs = 1000", 'epochs = "many"', "epochs is a whole number; met 'many'"),
        ("epochs = 1000", "epochs = true", "epochs is a whole number; met True"),
        ("epochs = 1000", "epochs = 1\nbatch = 3", "no setting 'batch'. Did you mean 'batch_size'?"),
        ("# batch_size = 32", "batch_size = 241", "at most the 240 samples"),
        ("seed = 0                    # of", "seed = -1 # of", "seed is at least 0"),
        ("seed = 0                    # of", "seed = 4294967296 # of", "below 2³²"),
        ("# shuffle = true", "shuffle = 1", "shuffle is true or false; met 1"),
        ('# model = "spiral.npz"', 'model = "/dev/full"', "/dev/full: a model's file ends in"),
        ('# model = "spiral.npz"', 'model = "a.txt"', ".safetensors or .npz"),
        ('# model = "spiral.npz"', 'model = "a.checkpoint.npz"', "is a file of its own"),
        ('# csv = "spiral.csv"', 'csv = "a.toml"', "is a file of its own"),
        ('# model = "spiral.npz"', 'model = ""', "a path; met ''"),
        ('# csv = "spiral.csv"', 'csv = "no/a.csv"', "no folder no"),
        ('# picture = "spiral.png"', 'picture = "a.jpg"', ".png, .svg or .pdf; met 'a.jpg'"),
        ("# checkpoint_seconds = 2.0", "checkpoint_seconds = nan", "at least 0; met nan"),
        ('name = "spiral"', 'name = "spirale"', "no set 'spirale'. Did you mean 'spiral'?"),
        ("samples = 100", "sample = 100", "no setting 'sample'. Did you mean 'samples'?"),
        ("samples = 100", "samples = 0", "samples is at least 1"),
        ('# dtype = "float64"', 'dtype = "float31"', "met 'float31'. Did you mean 'float32'?"),
        ('# dtype = "float64"', 'dtype = "int32"', "dtype is floating"),
        ("validation = 0.2", "validation = 1.2", "between 0 and 1; met 1.2"),
        ("validation = 0.2", 'validation = "test"', "between 0 and 1; met 'test'"),
        ("validation = 0.2", "validation = 0.001", "one is empty"),
        ("# divide_by = 1.0", "divide_by = 0", "finite and above 0; met 0"),
        ("# divide_by = 1.0", "divide_by = inf", "finite and above 0; met inf"),
        ('# X = "X.npy"', 'X = "X.npy"', "met both"),
        ('name = "spiral"', 'X = "X.npy"\ny = "y.npy"', "no file X.npy"),
        ("classes = 3", "classes = 4", "With 3 classes the labels are 0 to 2"),
        ("loss = {", "los = {", "'loss' is missing"),
        ('"CategoricalCrossentropy"', '"CategoricalCrossEntrop"', "Did you mean 'CategoricalCrossentropy'?"),
        ("from_logits = true", "logits = true", "Did you mean 'from_logits'?"),
        ('{ name = "Adam", learning_rate = 0.05, decay = 5e-7 }', '"ReLU"', "ReLU is no optimizer. Known are AdaGrad"),
        ("learning_rate = 0.05", "learning_rate = -1", "learning_rate is at least 0"),
        ("learning_rate = 0.05", "learnin_rate = 0.05", "Did you mean 'learning_rate'?"),
        ('metrics = ["accuracy"]', 'metrics = ["acuracy"]', "Did you mean 'Accuracy'?"),
        ('metrics = ["accuracy"]', "metrics = [1]", "write a name"),
        ('metrics = ["accuracy"]', 'metrics = "accuracy"', "metrics is a list"),
        ('metrics = ["accuracy"]', 'metrics = ["accuracy", "accuracy"]', "once"),
        ('name = "ReLU"', 'name = "Rellu"', "number 2: nn has nothing that is called 'Rellu'. Did you mean 'ReLU'?"),
        ('name = "ReLU"', 'name = "adam"', "is no layer"),
        ('name = "ReLU"', 'name = "mean_squared_error"', "is no layer"),
        ("n_inputs = 2", "n_inputs = 3", "takes inputs of shape (samples, 3); met shape (1, 2)"),
        ('weight_regularizer = { name = "L2", strength = 5e-4 }', "rng = 3", "number 1: Dense has no setting 'rng'"),
        (
            'weight_regularizer = { name = "L2", strength = 5e-4 }',
            'dtype = "float31"',
            "'float31'. Did you mean 'float32'?",
        ),
        ("n_inputs = 2", "n_inputs = 2.5", "number 1: Dense: n_inputs is an integer"),
        ("n_neurons = 64", "n_neuron = 64", "number 1: Dense has no setting 'n_neuron'. Did you mean 'n_neurons'?"),
        ('"L2"', '"L22"', "Did you mean 'L2'?"),
        ("n_inputs = 64", "n_inputs = 63", "Dense(63, 3) takes inputs"),
        ("[data]", "[dat]", "no table 'dat'. Did you mean 'data'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(before: str, after: str, said: str) -> None:
    message, line = plan_after((before, after))
    assert said in message
    found = re.match(r"a\.toml, line (\d+)", message)
    assert found, message
    # The line of the setting itself, or where it does not stand alone of its table, or of the layer's name.
    at = int(found[1])
    assert at - line == after.count("\n") if at >= line else EXAMPLE.splitlines()[at - 1].startswith(("[", "name"))


@pytest.mark.parametrize(
    ("before", "after", "package"),
    [
        ('# model = "spiral.npz"', 'model = "a.safetensors"', "safetensors"),
        ('# picture = "spiral.png"', 'picture = "a.png"', "matplotlib"),
    ],
)
def test_a_missing_package_is_said_before_training(
    monkeypatch: pytest.MonkeyPatch, before: str, after: str, package: str
) -> None:
    monkeypatch.setattr("nn.cli.plan.find_spec", lambda name: None)
    message, line = plan_after((before, after))
    assert f"line {line}" in message and package in message and "gradtape[nn]" in message


def test_a_layer_without_a_name() -> None:
    assert "number 2: the setting 'name' is missing" in plan_after(('name = "ReLU"', ""))[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("monitor = 'val_acc'", "'val_acc' is not measured. Did you mean 'val_accuracy'?"),
        ("patience = -1", "patience is at least 0"),
        ("mode = 'up'", "mode is 'min', 'max' or 'auto'"),
        ("patients = 3", "no setting 'patients'. Did you mean 'patience'?"),
    ],
)
def test_early_stopping(settings: str, said: str) -> None:
    table = "[train.early_stopping]"
    message, _ = plan_after((f"# {table}    # without this table there is none", f"{table}\n{settings}"))
    line = EXAMPLE[: EXAMPLE.index(f"# {table}")].count("\n") + 2
    assert said in message and f"line {line}, {table}" in message
    message, _ = plan_after(("# shuffle = true", f"early_stopping = {{ {settings} }}"))
    assert said in message and "line 45, [train.early_stopping]" in message


def test_early_stopping_without_validation_watches_the_loss() -> None:
    text = EXAMPLE.replace("validation = 0.2", "").replace("# [train.early_stopping]", "[train.early_stopping]")
    Path("a.toml").write_text(text, encoding="utf-8")
    stopping = plan_of("a.toml").early_stopping
    assert stopping is not None and stopping.monitor == "loss"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "'epochs' is missing"), (b"[train", "Expected ']'"), (b"\xff\xfe", "UTF-8"), (b"train = 3", "is a table"),
        (b"[data]\nname = spiral", "in quotes"), (b"[train]\nepochs = 1\nepochs = 2", "overwrite"),
        (b"[train]\nepochs = 1\n[model]\nlayers = []", "layers are missing"),
        (b"[train]\nepochs = 1\n[model]\nlayers = [3]", "is a table; met 3"),
    ],
)  # fmt: skip
def test_files_that_are_no_settings(content: bytes, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.toml").write_bytes(content)
    assert main(["train", "a.toml"]) == 2
    printed = capsys.readouterr()
    assert "a.toml" in printed.err and said in printed.err and printed.out == ""


def test_a_folder_in_the_place_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.toml").mkdir()
    assert main(["train", "a.toml"]) == 2
    assert "directory" in capsys.readouterr().err


def test_the_mark_of_an_encoding_is_no_part_of_the_settings() -> None:
    Path("a.toml").write_text(EXAMPLE, encoding="utf-8-sig")
    assert plan_of("a.toml").epochs == 1000
    Path("a.toml").write_text(EXAMPLE.replace("epochs = 1000", "epochs = 0"), encoding="utf-8-sig")
    line = EXAMPLE[: EXAMPLE.index("epochs = 1000")].count("\n") + 1
    with pytest.raises(ConfigError, match=f"line {line}, .*at least 1"):
        plan_of("a.toml")


def test_a_file_of_one_number_is_no_data() -> None:
    np.save("one.npy", np.float64(3))
    np.save("y.npy", np.zeros(1, int))
    for X, y in (("one.npy", "y.npy"), ("y.npy", "one.npy")):
        assert "holds one number" in plan_after(('name = "spiral"', f'X = "{X}"\ny = "{y}"'))[0]


def test_layers_may_stand_in_one_list() -> None:
    text = EXAMPLE[: EXAMPLE.index("[[model.layers]]")]
    text += 'layers = [{ name = "Dense", n_inputs = 2, n_neurons = 3 }, "softmax"]\n[train]\nepochs = 1\n'
    Path("a.toml").write_text(text, encoding="utf-8")
    assert repr(plan_of("a.toml").model.layers) == "[Dense(2, 3), Softmax()]"


def test_images_are_divided_and_tested_on_their_own_set(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for part, value in (("train", 255), ("test", 51)):
        for label in (0, 1):
            (tmp_path / "images" / part / str(label)).mkdir(parents=True)
            pixels = np.full((2, 2), value, np.uint8)
            image.fromarray(pixels).save(tmp_path / "images" / part / str(label) / "0.png")
    Path("a.toml").write_text(
        '[data]\nname = "image_folder"\npath = "images"\nvalidation = "test"\ndivide_by = 255\n'
        '[model]\nloss = "categorical_crossentropy"\noptimizer = "sgd"\nlayers = ["flatten", '
        '{ name = "Dense", n_inputs = 4, n_neurons = 1 }]\n[train]\nepochs = 1\n'
    )
    with pytest.raises(ConfigError, match="does not take the targets"):
        plan_of("a.toml")
    text = Path("a.toml").read_text().replace("= 1 }", "= 2 }")
    Path("a.toml").write_text(text)
    data = plan_of("a.toml").data
    assert data.X.max() == 1.0 and data.validation is not None and data.validation[0].max() == 0.2


def test_the_page_shows_the_example_and_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"```toml\n{EXAMPLE}```" in page
    Path("spiral.toml").write_text(EXAMPLE.replace("n_neurons = 64", "n_neuron = 64"), encoding="utf-8")
    assert main(["train", "spiral.toml"]) == 2
    assert capsys.readouterr().err in page
