"""Test the tests: change one thing in the code, run them, and see whether they notice.

    make mutation ARGS="--sample 500 --seed 1"
    .venv/bin/python tests/mutation.py --file refconv/ops/padding.py

The changes are Cosmic Ray's operators (another operator, a number one larger, a loop that never runs, a decorator
gone, ...); what only touches annotations, docstrings or zip(strict=True) is left out. Each mutant lives in a copy of
the tree, one copy a worker, and is tested with the files most likely to notice it first. A survivor is a missing test,
or is explained in docs/mutation.md.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

import cosmic_ray.plugins
import pytest
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).parent.parent
COPIED = (
    "refconv",
    "tests",
    "docs",
    "examples",
    "benchmarks",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
    "Makefile",
)
PARTS = ("arithmetic", "networks", "symbolic", "ops", "layers", "oracle")
SECONDS = 900
SLOW = "workspace or every_small or symbols_follow or kernel_as_large"
FIRST = {
    # part of a file's name: the tests that should notice, in front of all the others
    "arithmetic/receptive": ["test_receptive_field.py"],
    "arithmetic/reads": ["test_fields.py", "test_support.py"],
    "arithmetic/fields": ["test_fields.py"],
    "arithmetic/graphs": ["test_fields.py", "test_support.py"],
    "arithmetic/supports": ["test_support.py"],
    "arithmetic/coverage": ["test_support.py"],
    "arithmetic/effective": ["test_effective_field.py"],
    "arithmetic/inverse/stacks": ["test_inverse_stacks.py"],
    "arithmetic/inverse/choose": ["test_inverse_stacks.py"],
    "arithmetic/inverse": ["test_inverse.py"],
    "arithmetic/conventions": ["test_cost.py", "test_network_cost.py"],
    "arithmetic/separable": ["test_cost.py"],
    "arithmetic/traffic": ["test_cost.py"],
    "arithmetic/cost": ["test_cost.py"],
    "arithmetic/fit": ["test_errors.py"],
    "arithmetic/per_axis": ["test_errors.py"],
    "arithmetic/plan": ["test_errors.py", "test_sizes.py"],
    "arithmetic/sizes": ["test_sizes.py"],
    "arithmetic/phases": ["test_phases.py", "test_roads.py"],
    "arithmetic/": ["test_geometry.py", "test_by_hand.py"],
    "networks/architectures": ["test_networks.py", "test_figures.py"],
    "networks/serial": ["test_network_json.py"],
    "networks/costs": ["test_network_cost.py"],
    "networks/counting": ["test_network_cost.py"],
    "networks/surviving": ["test_network_sizes.py"],
    "networks/": ["test_shapes.py", "test_three_way.py"],
    "symbolic/derivations": ["test_derivations.py"],
    "symbolic/rendering": ["test_rendering.py"],
    "symbolic/winograd": ["test_cook_toom.py"],
    "symbolic/conditions": ["test_conditions.py"],
    "symbolic/grammar": ["test_grammar.py"],
    "symbolic/residues": ["test_residues.py"],
    "symbolic/": ["test_prove.py"],
    "layers/": ["test_layers.py", "test_three_way.py"],
    "ops/pool": ["test_pooling.py", "test_by_hand.py", "test_nonfinite.py"],
    "ops/threads": ["test_threads.py", "test_processes.py"],
    "ops/engine": ["test_engine.py"],
    "ops/explain": ["test_explain.py"],
    "ops/roads": ["test_chooser.py", "test_roads.py", "test_explain.py"],
    "ops/remembered": ["test_calls.py"],
    "ops/calls": ["test_calls.py"],
    **{
        f"ops/{name}": ["test_roads.py", "test_tiles.py"]
        for name in [
            "contraction",
            "columns",
            "bands",
            "shifted",
            "scattered",
            "scattered_runs",
            "patches",
            "sums",
            "tiles",
        ]
    },
    "ops/integers": ["test_integers.py"],
    "ops/dtypes": ["test_dtypes.py", "test_errors.py"],
    "ops/elements": ["test_errors.py", "test_dtypes.py"],
    "ops/checks": ["test_errors.py"],
    "ops/arguments": ["test_errors.py"],
    "ops/layouts": ["test_layouts.py", "test_errors.py"],
    "ops/": ["test_by_hand.py", "test_arrays.py"],
    "oracle/formats": ["test_formats.py"],
    "oracle/precision": ["test_formats.py"],
    "oracle/fills": ["test_fills.py"],
    "oracle/suites": ["test_suites.py"],
    "oracle/vectors": ["test_vectors_files.py", "test_vectors_manifest.py", "test_vectors.py"],
    "oracle/report": ["test_report.py", "test_report_page.py"],
    "oracle/targets": ["test_targets.py"],
    "oracle/mistakes": ["test_wiring.py", "test_mistakes.py"],
    "oracle/diagnosis": ["test_check.py", "test_museum.py"],
    **{
        f"oracle/{name}": tests
        for names, tests in (
            ("truth exact products requests compensated", ["test_truth.py"]),
            ("tolerance deviation transforms compare", ["test_compare.py", "test_tolerance.py"]),
            ("cases memory draw strategies", ["test_cases.py", "test_strategies.py"]),
            ("operations wiring sketch explain conditions", ["test_wiring.py", "test_mistakes.py"]),
            ("probe behaviour identify", ["test_identify.py"]),
            ("rounding", ["test_rounding.py"]),
            ("calling forms kernel isolate run check judge shrink", ["test_check.py"]),
        )
        for name in names.split()
    },
}
ORACLE = (
    *("test_wiring.py", "test_formats.py", "test_truth.py", "test_compare.py", "test_tolerance.py", "test_rounding.py"),
    *("test_fills.py", "test_cases.py", "test_suites.py", "test_strategies.py", "test_mistakes.py", "test_identify.py"),
    *("test_check.py", "test_report.py", "test_report_page.py", "test_targets.py", "test_museum.py", "test_cli.py"),
    *("test_vectors.py", "test_vectors_files.py", "test_vectors_manifest.py", "test_museum_kernels.py"),
)
"""What holds the oracle, and is not needed to hold what lies below it."""
NETWORKS = (
    *("test_shapes.py", "test_network_json.py", "test_network_sizes.py", "test_network_cost.py", "test_networks.py"),
    *("test_figures.py", "test_layers.py", "test_three_way.py", "test_cli_networks.py"),
)
SYMBOLIC = (
    *("test_prove.py", "test_residues.py", "test_grammar.py", "test_conditions.py", "test_derivations.py"),
    *("test_rendering.py", "test_cook_toom.py"),
)
ROOMS = {"oracle/": ORACLE, "networks/": NETWORKS, "layers/": NETWORKS, "symbolic/": SYMBOLIC}
"""What holds a room of its own; the others are held by all that is in none of these."""
THEN = [
    *("test_definition.py", "test_adjoints.py", "test_layouts.py", "test_arrays.py", "test_nonfinite.py"),
    *("test_errors.py", "test_dtypes.py", "test_integers.py", "test_docstrings.py", "test_house.py", "test_tiles.py"),
]


@dataclass(frozen=True)
class Mutant:
    """One change: to which file, by which operator, and what it looks like."""

    path: str
    operator: str
    occurrence: int
    code: str
    diff: str


def silent(node: ast.Expr | ast.Assign) -> bool:
    """Return whether a statement is a docstring, or only there for type checkers."""
    types = ("TypeVar", "ParamSpec")
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return any(name in ast.dump(node.value) for name in types)


def meaning(code: str) -> str:
    """Return the syntax tree as text, without annotations, docstrings and zip's strictness."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.keyword) and node.arg == "strict":
            node.value = ast.Constant(0)  # zip's own assertion, which no caller can reach
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(0)
        elif isinstance(node, ast.Expr | ast.Assign) and silent(node):
            node.value = ast.Constant(0)
    return ast.dump(tree)


def mutants_of(tree: Path, path: str) -> Iterator[Mutant]:
    """Yield every mutant of a file of a tree."""
    source = (tree / path).read_text(encoding="utf-8")
    same = meaning(source)
    for name in sorted(cosmic_ray.plugins.operator_names()):
        if "variable" in name.lower():  # these ask for names to put in
            continue
        operator = cosmic_ray.plugins.get_operator(name)()
        occurrence = 0
        while (code := mutate_code(source, operator, occurrence)) is not None:
            try:
                changed = meaning(code) != same
            except SyntaxError:
                changed = False
            if changed:
                lines = difflib.unified_diff(source.splitlines(), code.splitlines(), lineterm="", n=0)
                shown = "\n".join(line for line in lines if not line.startswith(("---", "+++")))
                yield Mutant(path, name.removeprefix("core/"), occurrence, code, shown)
            occurrence += 1


def test_order(path: str) -> list[list[str]]:
    """Return the test files in two heaps, first those that know most of a source file."""
    first = dict.fromkeys(name for part, names in FIRST.items() if part in path for name in names)
    left_out = {"test_torch.py", "test_oracle_torch.py", "test_demo.py", "test_plugin.py", "test_c_example.py"}
    left_out |= {name for names in ROOMS.values() for name in names}
    below = sorted(p.name for p in (ROOT / "tests").glob("test_*.py") if p.name not in left_out)
    every = next((names for room, names in ROOMS.items() if f"refconv/{room}" in path), (*THEN, *below))
    rest = [name for name in dict.fromkeys(every) if name not in first]
    return [[f"tests/{name}" for name in heap] for heap in (first, rest) if heap]


def passes(tree: Path, path: str) -> bool:
    """Return whether all tests pass in a tree: first with few draws and without the slowest, then all of them.

    Each run is a fork of this process, which has loaded all that the tests import but refconv itself.
    """
    order = test_order(path)
    return succeeds(tree, order, "quick", SLOW) and succeeds(tree, order, "default", "")


def succeeds(tree: Path, order: list[list[str]], profile: str, left_out: str) -> bool:
    """Return whether a run of the tests, in a process of its own, succeeds in time."""
    child = multiprocessing.get_context("fork").Process(target=run_tests, args=(tree, order, profile, left_out))
    child.start()
    child.join(SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def preload() -> None:
    """Load what the tests import, once for all the forks; one BLAS thread each."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    for name in ("numpy", "scipy.signal", "sympy", "ml_dtypes", "hypothesis"):
        import_module(name)


def run_tests(tree: Path, order: list[list[str]], profile: str, left_out: str) -> None:
    """Run the tests of a tree and exit with their status."""
    os.chdir(tree)
    os.environ["HYPOTHESIS_PROFILE"] = profile
    sys.path[:] = [str(tree), *(entry for entry in sys.path if entry != str(ROOT))]
    sys.dont_write_bytecode = True
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", f"--rootdir={tree}"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # what a fork finds loaded already
    options += ["-k", f"not ({left_out})"] if left_out else []
    for files in order:  # the likeliest first: collecting the rest takes longer than they do
        status = pytest.main([*options, *files])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            os._exit(int(status))
    os._exit(0)


def survives(mutant: Mutant, tree: Path) -> bool:
    """Return whether all tests pass with the mutant in place of the original."""
    target = tree / mutant.path
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.code, encoding="utf-8")
    try:
        return passes(tree, mutant.path)
    finally:
        target.write_text(original, encoding="utf-8")


def copy_tree(folder: Path, number: int) -> Path:
    """Return a copy of what the tests need."""
    tree = folder / str(number)
    tree.mkdir()
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tree / name)
    return tree


def run(mutants: list[Mutant], trees: list[Path]) -> list[Mutant]:
    """Test all mutants, one at a time in each tree, and return the survivors."""
    survivors: list[Mutant] = []
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(mutant: Mutant) -> tuple[Mutant, bool]:
        tree = free.get()
        try:
            return mutant, survives(mutant, tree)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as pool:
        for done, future in enumerate(as_completed([pool.submit(one, mutant) for mutant in mutants]), 1):
            mutant, alive = future.result()
            if alive:
                survivors.append(mutant)
                print(f"\nsurvived: {mutant.path} {mutant.operator}\n{mutant.diff}", flush=True)
            print(f"\r{done} of {len(mutants)}, {len(survivors)} survive", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return survivors


def sample(tree: Path, files: list[str], size: int, seed: int) -> list[Mutant]:
    """Return a random sample of the mutants of the files, or all of them for size 0."""
    mutants: list[Mutant] = []
    for number, path in enumerate(files, 1):
        mutants += mutants_of(tree, path)
        print(f"\rlooking for mutants: {number} of {len(files)} files", end="", file=sys.stderr, flush=True)
    drawn = min(size, len(mutants)) if size else len(mutants)
    print(f"\n{drawn} of {len(mutants)} mutants of {len(files)} files, seed {seed}", flush=True)
    return random.Random(seed).sample(mutants, drawn)  # noqa: S311 - a sample, not a secret


def again(tree: Path, records: list[dict[str, str]]) -> list[Mutant]:
    """Return the mutants with the same change as those recorded, where there still are such."""
    changes = {(record["path"], change(record["diff"])) for record in records}
    paths = sorted({record["path"] for record in records})
    found = [m for path in paths for m in mutants_of(tree, path) if (path, change(m.diff)) in changes]
    print(f"{len(found)} of {len(changes)} survivors are still there", flush=True)
    return found


def change(diff: str) -> str:
    """Return a diff without its line numbers."""
    return "\n".join(line for line in diff.splitlines() if not line.startswith("@@"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=500, help="how many mutants to draw; 0 for all of them")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--part", action="append", choices=PARTS, help="only mutants of this folder; may be given again"
    )
    parser.add_argument("--file", action="append", help="only mutants of this file; may be given again")
    parser.add_argument("--again", type=Path, help="only the survivors that an earlier run wrote with --json")
    parser.add_argument("--least", type=float, default=95.0, help="the score, in percent, below which this fails")
    parser.add_argument("--json", type=Path, help="write the survivors here")
    arguments = parser.parse_args()
    preload()
    with tempfile.TemporaryDirectory() as folder:
        # all from one copy, so that the files can be worked on meanwhile
        trees = [copy_tree(Path(folder), number) for number in range(arguments.workers)]
        found = [p for part in arguments.part or PARTS for p in (trees[0] / "refconv" / part).rglob("*.py")]
        files = arguments.file or sorted(str(path.relative_to(trees[0])) for path in found)
        if arguments.again:
            mutants = again(trees[0], json.loads(arguments.again.read_text(encoding="utf-8")))
        else:
            mutants = sample(trees[0], files, arguments.sample, arguments.seed)
        for room in sorted({"/".join(mutant.path.split("/")[:2]) + "/" for mutant in mutants}):
            if not passes(trees[0], room):
                sys.exit(f"The tests of {room} fail without any mutation: every mutant would seem noticed.")
        survivors = run(mutants, trees)
    score = 100 * (1 - len(survivors) / len(mutants))
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} noticed: {score:.1f} %")
    if arguments.json:
        records = [{key: value for key, value in asdict(m).items() if key != "code"} for m in survivors]
        arguments.json.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
    return 0 if score >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
