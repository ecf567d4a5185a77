"""Test the tests: break each rule in turn, and see that something fails. Run by `make mutants`; see docs/trust.md.

A mutant is one small change in one rule or composition, as a person might get it wrong: a sign flipped, a factor
dropped, two arguments swapped, a sum over an axis where none belongs, a conjugate forgotten, a constant off by one. For
each, a process of its own declares the mutated room anew and runs the generic properties of the ops that it reaches;
if they hold, also the room's own tests and the rows of special values. A mutant that nothing notices survives.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np
import pytest
import test_special_values as special
from gauges import GAUGES
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mutations import COST, EQUIVALENT, Replace, places
from properties import agrees_with_double, derivatives_are_true, forward_is_numpys, gradients_fit
from strategies import COMPLEX, FLOATS, Subject, calls, plain_calls, subjects

from autograd.coverage import lambda_of
from autograd.op import Composite, Op, functions, ufuncs

TESTS = Path(__file__).parent
ROOT = TESTS.parent
OPS = ROOT / "autograd" / "ops"
PAGE = ROOT / "docs" / "trust.md"
#: A mutant that takes longer, or more memory, than this has been noticed.
SECONDS, BYTES = 240, 3 << 30
#: What is done to a room to see that nothing fails by itself.
UNCHANGED = "unchanged"
#: What may be said of a mutant, if all is well.
NOTICED = {"properties", "rows", "tests", "equivalent"}


@dataclass(frozen=True)
class Mutant:
    """One change: in which file and function, at which of its places, what it does, and which subjects it reaches."""

    path: Path
    function: tuple[int, ...]
    place: int
    what: str
    line: int
    before: str
    reaches: tuple[str, ...]

    def __str__(self) -> str:
        """Give one line."""
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.what}: {self.before}"

    @property
    def key(self) -> str:
        """Name it among all: two changes may read alike."""
        return f"{self.path.relative_to(ROOT)}:{'.'.join(map(str, self.function))}:{self.place}"


# Which functions the ops are made of


def key_of(function: FunctionType) -> tuple[int, ...]:
    """Tell a function by its place in the file: a lambda by line and column, a definition by its line."""
    code = function.__code__
    if function.__name__ != "<lambda>":
        return (code.co_firstlineno,)
    node = lambda_of(code)
    if node is None:
        raise LookupError(f"{code.co_filename}:{code.co_firstlineno}: no such lambda in the source")
    return (node.lineno, node.col_offset)


def names_in(code: CodeType) -> set[str]:
    """Give the global names in a function and in those within it."""
    found = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            found |= names_in(const)
    return found


def functions_of(made: Op | Composite) -> list[FunctionType]:
    """Collect the functions that a derivative is made of: rules and bodies, and what of the rooms they call."""
    roots = [made.body] if isinstance(made, Composite) else [*made.written.values(), *made.forward.values()]
    if isinstance(made, Op):
        roots += [rule.add for rule in made.rules if rule is not None]
    if isinstance(made, Op) and made.variadic and not made.written:
        roots.append(made.rule_at)
    found: dict[int, FunctionType] = {}
    stack: list[Any] = list(roots)
    while stack:
        function = stack.pop()
        if not isinstance(function, FunctionType) or id(function) in found:
            continue
        if not function.__code__.co_filename.startswith(str(OPS)):
            continue
        found[id(function)] = function
        stack += [function.__globals__.get(name) for name in names_in(function.__code__)]
        stack += [cell.cell_contents for cell in function.__closure__ or ()]
    return list(found.values())


def nodes_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.Lambda]:
    """Give all functions of a module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            yield node


def find(tree: ast.Module, function: tuple[int, ...]) -> ast.FunctionDef | ast.Lambda | None:
    """Find the node of a function by its key."""
    for node in nodes_of(tree):
        if isinstance(node, ast.FunctionDef) and len(function) == 1:
            if min([node.lineno, *[d.lineno for d in node.decorator_list]]) == function[0]:
                return node
        elif isinstance(node, ast.Lambda) and (node.lineno, node.col_offset) == function:
            return node
    return None


def mutants() -> list[Mutant]:
    """List all mutants of all rooms, in order."""
    reached: dict[tuple[Path, tuple[int, ...]], list[str]] = {}
    for subject in subjects():
        for function in functions_of(subject.made):
            at = (Path(function.__code__.co_filename), key_of(function))
            reached.setdefault(at, []).append(subject.name)
    found = []
    trees: dict[Path, ast.Module] = {}
    for (path, function), names in sorted(reached.items(), key=lambda item: (str(item[0][0]), item[0][1][0])):
        tree = trees.setdefault(path, ast.parse(path.read_text(encoding="utf-8")))
        node = find(tree, function)
        if (path.stem, getattr(node, "name", "")) in COST:
            continue
        if node is None:
            raise LookupError(f"{path}:{function[0]}: no such function in the source")
        for place, (at_node, what, _) in enumerate(places(node)):
            before = ast.unparse(at_node).replace("\n", " ")
            line = getattr(at_node, "lineno", function[0])
            found.append(Mutant(path, function, place, what, line, before, tuple(dict.fromkeys(names))))
    return found


def controls(chosen: list[Mutant]) -> list[Mutant]:
    """Make of each room one that is declared anew as it is: what notices that would notice anything."""
    first = {mutant.path: mutant for mutant in reversed(chosen)}
    return [replace(mutant, what=UNCHANGED) for mutant in first.values()]


def declare(mutant: Mutant) -> None:
    """Declare the mutant's room anew, with the change in it."""
    source = mutant.path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    function = find(tree, mutant.function)
    assert function is not None
    if mutant.what != UNCHANGED:
        node, _, change = list(places(function))[mutant.place]
        tree = ast.fix_missing_locations(Replace(node, change()).visit(tree))
    module = ".".join(mutant.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    room = vars(sys.modules[module])
    before = dict(room)
    # A function that has an op gets no other: the room declares into empty tables, and the rest is put back.
    known = [(table, dict(table)) for table in (ufuncs, functions)]
    for table, _ in known:
        table.clear()
    exec(compile(tree, str(mutant.path), "exec"), room)
    for table, ops in known:
        table.update({key: op for key, op in ops.items() if key not in table})
    # What others have imported of this room is of the mutant too.
    fresh = {id(old): room[name] for name, old in before.items() if room[name] is not old}
    for name, other in list(sys.modules.items()):
        if name.partition(".")[0] == "autograd" and name != module:
            for key, value in list(vars(other).items()):
                if id(value) in fresh and isinstance(value, (FunctionType, Op)):
                    setattr(other, key, fresh[id(value)])
    subjects.cache_clear()


# Whether something notices

quick = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@quick
@given(data=st.data())
def prove(subject: Subject, data: Any) -> None:
    """Assert the generic properties of one subject, as `test_every_op.py` does."""
    complex_ = data.draw(st.booleans())
    call = data.draw(calls(subject, complex_=complex_))
    gauged = GAUGES.get(subject.name, lambda same: same)
    if forward_is_numpys(call) is not None:
        derivatives_are_true(gauged(call))
    kinds = COMPLEX if complex_ else FLOATS
    narrow = call.with_inputs(lambda array: array.astype(data.draw(st.sampled_from(kinds))))
    if forward_is_numpys(narrow) is not None:
        gradients_fit(narrow)
        agrees_with_double(gauged(narrow))


def prove_plain_calls(subject: Subject) -> None:
    """Assert the same of the plain calls."""
    gauged = GAUGES.get(subject.name, lambda same: same)
    for call in plain_calls(subject):
        if forward_is_numpys(call) is not None:
            derivatives_are_true(gauged(call))


def noticed(mutant: Mutant) -> str:
    """Tell who notices a mutant: properties, rows of special values, tests, or, with an empty answer, nobody."""
    try:
        declare(mutant)
        reached = [subject for subject in subjects() if subject.name in mutant.reaches]
        random.Random(mutant.place).shuffle(reached)
        for subject in reached[:12]:
            prove_plain_calls(subject)
            prove(subject)
    except Exception:
        return "properties"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rows_hold()
    except Exception:
        return "rows"
    files = tests_of(mutant)[: 1 if mutant.what == UNCHANGED else None]
    # The parent has imported the tests' tools already.
    quiet = ("-q", "-x", "--no-header", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning",
             "-W", "ignore::hypothesis.errors.HypothesisSideeffectWarning")  # fmt: skip
    code = pytest.main([*quiet, *files])
    if code not in (0, 1):
        return f"broken: pytest ended with {code!r}"
    return "tests" if code else ""


def rows_hold() -> None:
    """Assert every row of special values, as `test_special_values.py` does; by pytest it takes much longer."""
    for row in special.REAL_ROWS:
        special.test_reverse_mode(row)
        special.test_a_cotangent_of_0_gives_0(row)
        if row.forward:
            special.test_forward_mode(row)
        if row.second is not None:
            special.test_second_order_reverse_over_reverse(row)
    for case in special.COMPLEX:
        special.test_complex_convention(*case, np.complex128)


def tests_of(mutant: Mutant) -> list[str]:
    """Find the files of tests that are named after the mutant's room, or name a function that it reaches."""
    rooms = {mutant.path.stem, mutant.path.parent.name}
    words = {name.partition(",")[0].rpartition(".")[2] for name in mutant.reaches}
    found = []
    for path in sorted((TESTS / "ops").glob("test_*.py")):
        named = any(path.stem.startswith(f"test_{room}") for room in rooms)
        if named or words & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))):
            found.append((not named, str(path)))
    return [path for _, path in sorted(found)]


def judge(mutant: Mutant) -> str:
    """Judge a mutant in a process of its own."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "broken"
        try:
            signal.alarm(SECONDS)
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            said = noticed(mutant) or "survived"
        finally:
            os.write(write, said.encode())
            os._exit(0)
    os.close(write)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    return said if status == 0 else "properties"


def main() -> int:
    """Run all mutants, or those of the rooms named, and print who survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", help="only these rooms, by the name of their file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant, for a quick look")
    parser.add_argument("--again", type=Path, help="a file that keeps what was found: judge those anew that survived")
    options = parser.parse_args()
    chosen = [m for m in mutants() if not options.rooms or m.path.stem in options.rooms][:: options.every]
    started = time.monotonic()
    found = kept(options.again, chosen)
    found.update({m.key: "equivalent" for m in chosen if (m.path.stem, m.what, m.before) in EQUIVALENT})
    open_ones = [mutant for mutant in chosen if found.get(mutant.key) not in NOTICED]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        rooms = controls(open_ones)
        failing = [str(room) for room, said in zip(rooms, pool.map(judge, rooms), strict=True) if said != "survived"]
        if failing:
            print("not mutated, and yet noticed:", *failing, sep="\n")
            return 2
        for done, (mutant, said) in enumerate(zip(open_ones, pool.imap(judge, open_ones, chunksize=4), strict=True), 1):
            found[mutant.key] = said
            if said not in NOTICED:
                print(f"{said}  {mutant}", flush=True)
            if done % 200 == 0 or done == len(open_ones):
                print(f"{done} of {len(open_ones)}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
                if options.again:
                    text = json.dumps({"rooms": digests(chosen), "found": found}, indent=0)
                    options.again.write_text(text, encoding="utf-8")
    tally = Counter(found[mutant.key] for mutant in chosen)
    table = summary(chosen, tally)
    print(f"{table}\n{time.monotonic() - started:.0f} s")
    if not options.rooms and options.every == 1:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition("<!-- mutants -->\n")
        PAGE.write_text(f"{before}<!-- mutants -->\n{table}{rest[rest.index('<!-- end -->') :]}", encoding="utf-8")
    return 1 if tally.keys() - NOTICED else 0


def digests(chosen: list[Mutant]) -> dict[str, str]:
    """Give what tells whether a room is the one that was judged."""
    return {str(m.path.relative_to(ROOT)): hashlib.sha256(m.path.read_bytes()).hexdigest() for m in chosen}


def kept(path: Path | None, chosen: list[Mutant]) -> dict[str, str]:
    """Give what an earlier run found of rooms that are as they were: more tests notice no fewer mutants."""
    if path is None or not path.exists():
        return {}
    earlier, now = json.loads(path.read_text(encoding="utf-8")), digests(chosen)
    same = {room for room, digest in earlier["rooms"].items() if now.get(room) == digest}
    return {mutant: said for mutant, said in earlier["found"].items() if mutant.partition(":")[0] in same}


def summary(chosen: list[Mutant], tally: Counter[str]) -> str:
    """Write what was found as the tables of docs/trust.md."""
    kinds = Counter(mutant.what for mutant in chosen)
    made = [subject.made for subject in subjects()]
    ops, composites = sum(isinstance(it, Op) for it in made), sum(isinstance(it, Composite) for it in made)
    dtypes, properties = len(FLOATS) + len(COMPLEX), 8
    lines = [
        "| mutants | count |",
        "|---|---|",
        *[f"| {what} | {count} |" for what, count in kinds.most_common()],
        f"| **all**, in {len({m.path for m in chosen})} rooms | {len(chosen)} |",
        f"| noticed by the properties above | {tally['properties']} |",
        f"| noticed by a row of special values, or a test of the room's own | {tally['rows'] + tally['tests']} |",
        f"| equivalent, each with its reason | {tally['equivalent']} |",
        f"| **survived** | {sum(tally.values()) - sum(tally[said] for said in NOTICED)} |",
        "",
        f"{ops} ops and {composites} compositions x {dtypes} dtypes x {properties} properties:",
        f"{len(made) * dtypes * properties:,} cells, each drawn many times.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
