"""The command `gradtape`: train a network from a file of settings, look at it, and use it.

Exit codes: 0 it is done; 1 it failed; 2 the command or the file of settings is wrong; 130 it was interrupted by Ctrl-C
(143: asked to end); 141 nobody reads the output any more.
"""

from __future__ import annotations

import math
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

from nn.cli.output import Output, UsageError
from nn.cli.showing import compare_with_formulas, predict, summarize
from nn.cli.toml import ConfigError
from nn.cli.training import demo, train
from nn.suggest import nearest

_ABOUT = """\
Neural networks from NumPy, trained through the tape.

  gradtape demo                            the book's spiral, in seconds
  gradtape train --example > spiral.toml   a file of settings to begin with
  gradtape train spiral.toml               train; after Ctrl-C the same again goes on
  gradtape summary spiral.npz              what the trained model is
  gradtape predict spiral.npz X.npy        its outputs
"""
_CODES = "exit codes: 0 done, 1 failed, 2 wrong command or settings, 130 interrupted"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        What stands behind `gradtape`; by default what the process was given.

    Returns
    -------
    int
        The exit code; see the module. No error is raised that a user could have made.

    Examples
    --------
    >>> main(["predict", "nowhere.npz", "X.npy", "--json"])
    {"error": "There is no file nowhere.npz.", "code": 1}
    1
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    with _closed_streams_replaced():
        _write_any_character()
        try:
            out = Output("--json" in argv)
            code = _run(argv, out)
            if code and out.as_json:
                out.found["code"] = code
            out.finish()
        except BrokenPipeError:
            # Python flushes once more when it ends; there is nobody to tell that this fails too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        except KeyboardInterrupt:
            print("gradtape: interrupted", file=sys.stderr)
            return 130
        return code


def _run(argv: Sequence[str], out: Output) -> int:
    try:
        parser, commands = _parser()
        command = next((word for word in argv if not word.startswith("-")), None)
        if command is not None and command not in commands:
            raise UsageError(
                f"there is no command {command!r}. {nearest(command, commands)}\n{parser.format_usage().rstrip()}"
            )
        given = parser.parse_args(argv)
        code: int = given.run(given, out)
        return code
    except SystemExit as done:
        # Only --help and --version end so.
        out.as_json = False
        return int(done.code or 0)
    except (UsageError, ConfigError) as error:
        out.failed(str(error))
        return 2
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        out.failed("interrupted")
        return 130
    except (ValueError, TypeError, ArithmeticError, OSError, ImportError, MemoryError) as error:
        out.failed(str(error) or type(error).__name__)
        return 1


class _Parser(ArgumentParser):
    """Raises what is wrong, so that it is said in one way."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().rstrip()}")


def _parser() -> tuple[ArgumentParser, list[str]]:
    """Give the parser, and the names of the commands."""
    parser = _Parser(
        prog="gradtape", description=_ABOUT, epilog=_CODES, formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"gradtape {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[Namespace, Output], int], about: str) -> ArgumentParser:
        made: ArgumentParser = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(run=run)
        made.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")
        return made

    made = command("demo", demo, "train the book's spiral, in seconds")
    made.add_argument("--epochs", type=_number(int, 1), default=5000, help="default 5000")
    made.add_argument("--seed", type=_number(int, 0), default=0, help="of data and weights, default 0")
    made.add_argument(
        "--draw",
        type=_picture,
        default="gradtape-demo.png",
        metavar="FILE",
        help="the picture, default gradtape-demo.png",
    )
    made.add_argument("--no-draw", dest="draw", action="store_const", const=None, help="draw nothing")
    made.add_argument("-q", "--quiet", action="store_true", help="show no progress")

    made = command("train", train, "train as a file of settings says; what was interrupted goes on")
    made.add_argument("config", nargs="?", metavar="CONFIG.toml")
    made.add_argument("--example", action="store_true", help="print a file of settings to begin with")
    made.add_argument("--restart", action="store_true", help="begin anew, whatever the checkpoint holds")
    made.add_argument("-q", "--quiet", action="store_true", help="show no progress")

    made = command("compare", compare_with_formulas, "hold the tape's gradients against the formulas derived by hand")
    made.add_argument("target", metavar="CONFIG.toml|FILE", help="settings, or a model's file")
    made.add_argument("data", nargs="*", metavar="DATA", help="of a model's file: X.npy y.npy, or a CONFIG.toml")
    made.add_argument("--source", action="store_true", help="set the formulas beside the derived source")
    made.add_argument("--draw", type=_picture, metavar="FILE", help="draw the differences as a heat map")
    made.add_argument(
        "--tolerance", type=_number(float, 0), metavar="R", help="fail if the relative difference is larger"
    )

    made = command("summary", summarize, "show what a model's file holds")
    made.add_argument("file", metavar="FILE", help=".npz or .safetensors, a checkpoint too")

    made = command("predict", predict, "give a model's outputs, a line for each sample")
    made.add_argument("file", metavar="FILE", help=".npz or .safetensors, a checkpoint too")
    made.add_argument("input", metavar="INPUT.npy", help="samples first")
    made.add_argument("-o", "--output", metavar="OUT.npy", help="write them there")
    made.add_argument("--classes", action="store_true", help="give the class of the largest output")
    made.add_argument("--batch-size", type=_number(int, 1), metavar="N", help="samples at a time")
    made.add_argument(
        "--divide-by",
        type=_number(float, 0, or_more=False),
        default=1.0,
        metavar="D",
        help="divide the inputs first, as divide_by did in training",
    )
    return parser, list(commands.choices)


def _number(kind: type, least: int, *, or_more: bool = True) -> Callable[[str], Any]:
    what = "a whole number" if kind is int else "a finite number"
    what += f" of at least {least}" if or_more else f" above {least}"
    what += " and below 2³²" if kind is int else ""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value < (2**32 if kind is int else math.inf) or (value == least and not or_more):
            raise ArgumentTypeError(f"{what}; met {text!r}")
        return value

    return read


def _picture(text: str) -> str:
    path = Path(text)
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise ArgumentTypeError(f"a picture ends in .png, .svg or .pdf; met {text!r}")
    if not path.absolute().parent.is_dir():
        raise ArgumentTypeError(f"there is no folder {path.parent}")
    return text


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gradtape")
    except PackageNotFoundError:
        return "(not installed)"


@contextmanager
def _closed_streams_replaced() -> Iterator[None]:
    """Let what is said on a stream that was closed before, as by `>&-`, be lost, and the work be done all the same."""
    with ExitStack() as stack:
        for name, redirect in (("stdout", redirect_stdout), ("stderr", redirect_stderr)):
            if getattr(sys, name) is None:
                stack.enter_context(redirect(stack.enter_context(open(os.devnull, "w", encoding="utf-8"))))
        yield


def _write_any_character() -> None:
    """Let what a terminal of another encoding lacks be written as a question mark, and be no error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")
