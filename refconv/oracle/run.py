"""One run of a check: the calls of each case, their verdicts, and what is kept for the diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from refconv.errors import RefconvError
from refconv.oracle.calling import Outcome, Refused
from refconv.oracle.calling_dialects import own_layouts
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.diagnosis import diagnose
from refconv.oracle.diagnosis.record import Record
from refconv.oracle.explain import Observation, worth_keeping
from refconv.oracle.isolate import IsolatedKernel
from refconv.oracle.judge import judge
from refconv.oracle.kernel import Kernel
from refconv.oracle.operations import operation
from refconv.oracle.precision import precision as precision_of
from refconv.oracle.report.model import Cause, Failure
from refconv.oracle.shrink import shrink as shrunk

__all__ = ["Run"]

GRADIENTS = ("dx", "dw", "db")
SHRUNK = 6  # failures that are shrunk: of each result and kind one, no more in all


@dataclass
class Run:
    """The state of one check."""

    kernel: Kernel | IsolatedKernel
    op: str
    precision: str
    algorithm: str
    gradients: bool = False
    calls: int = 0
    failures: list[Failure] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    returned: list[tuple[Case, str]] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def one(self, case: Case) -> None:
        """Make the calls of one case, and judge them."""
        if case.bias and not self.kernel.forms.bias:
            self.left_out.setdefault("bias: the kernel takes none", [])
            case = replace(case, bias=False)
        if self.algorithm != "direct" and case.fill.startswith("nonfinite"):
            self.left_out.setdefault(f"NaN and infinity: {self.algorithm} spreads them", []).append(case.name)
            return
        try:
            arrays = case.arrays()
            outcome = self.kernel.call(case, arrays, "y")
        except Refused as reason:
            self.left_out.setdefault(str(reason), []).append(case.name)
            return
        self.calls += 1
        self._judge(case, arrays, outcome, ("y",))
        if self.gradients:
            wanted = tuple(of for of in GRADIENTS if of != "db" or case.bias)
            fresh = case.arrays()
            try:
                self._judge(case, fresh, self.kernel.call(case, fresh, "dx"), wanted)
            except Refused as reason:
                self.left_out.setdefault(f"gradients: {reason}", []).append(case.name)

    def _judge(self, case: Case, arrays: Arrays, outcome: Outcome, wanted: tuple[str, ...]) -> None:
        if outcome.wrote:
            message = f"it writes to its {'inputs' if len(outcome.wrote) > 1 else 'input'} {', '.join(outcome.wrote)}."
            self.failures.append(Failure(case, wanted[0], "wrote", message))
            arrays = case.arrays()
        self._note(outcome)
        for of in wanted:
            if of == "db" and outcome.kind == "returned" and of not in outcome.results:
                self.left_out.setdefault("db: the kernel returns none", [])
                continue
            failure = judge(case, arrays, outcome, of, algorithm=self.algorithm)
            self.results[of] += 1
            if failure is None or failure.kind not in ("raised", "timeout", "died"):
                self.returned.append((case, of))
            if failure is not None:
                failure = self._steady(failure, arrays, outcome)
                self.failures.append(failure)
            self._keep(case, arrays, outcome, of, right=failure is None)
            if failure is not None and failure.kind in ("raised", "timeout", "died"):
                break  # the other results of the same call are missing for the same reason

    def _note(self, outcome: Outcome) -> None:
        if outcome.printed and not any(note.startswith("it prints") for note in self.notes):
            first = outcome.printed.strip().splitlines()[:1]
            self.notes.append(f"it prints: {first[0][:120] if first else ''}")
        for of, result in outcome.results.items():
            asked = precision_of(self.precision)
            if isinstance(result, np.ndarray) and not asked.is_integer and result.dtype.kind == "f":
                wider = result.dtype.itemsize > asked.numpy_dtype.itemsize
                note = f"{of} is {result.dtype}, wider than {asked.dtype}"
                if wider and note not in self.notes:
                    self.notes.append(note)

    def _steady(self, failure: Failure, arrays: Arrays, outcome: Outcome) -> Failure:
        """Return the failure, or that the kernel does not fail, or not so, when it is called again."""
        if failure.kind != "wrong":
            return failure
        again = self.kernel.call(failure.case, failure.case.arrays(), failure.of)
        first, second = (each.results.get(failure.of) for each in (outcome, again))
        if isinstance(second, np.ndarray) and np.array_equal(first, second, equal_nan=second.dtype.kind == "f"):  # type: ignore[arg-type]
            return failure
        return replace(failure, kind="unsteady", message=f"two calls, two results; of the first:\n{failure.message}")

    def _keep(self, case: Case, arrays: Arrays, outcome: Outcome, of: str, *, right: bool) -> None:
        result = outcome.results.get(of)
        if not isinstance(result, np.ndarray):
            return
        observation = Observation(case, of, arrays, result, right)
        if worth_keeping(observation):
            self.observations.append(observation)

    def causes(self) -> tuple[Cause, ...]:
        """Return what explains the failures."""

        def again(case: Case, arrays: Arrays, of: str) -> Outcome:
            return self.kernel.call(case, arrays, of)

        seen = self.failures, self.observations, self.returned
        layouts = own_layouts(self.kernel.dialect, operation(self.op))
        record = Record(self.op, self.precision, self.algorithm, *seen, again, layouts)
        return diagnose(record)

    def accepts_impossible(self) -> tuple[Cause, ...]:
        """Return the impossible arguments that the kernel takes without complaint, as failures and causes."""
        rank = operation(self.op).rank
        case = next((c for c, of in self.returned if of == "y" and min(c.x_shape) > 0), None)
        if case is None:
            return ()
        accepted = []
        for name, value in (("dilation", 0), ("stride", 0), ("groups", 0), ("dilation", -1), ("stride", -1)):
            if name not in self.kernel.forms.parameters:
                continue
            spelled = self.kernel.forms.spell(case)
            spelled[name] = value if name in ("groups", *self.kernel.forms.single) else (value,) * rank
            try:
                outcome = self.kernel.spelled(case, spelled)
            except Refused:
                continue
            if outcome.kind == "returned":
                accepted.append(f"{name}={value}")
                message = f"{name}={value} is impossible, but it returns a result instead of raising."
                self.failures.append(Failure(case, "y", "accepted", message))
        if not accepted:
            return ()
        sentence = f"impossible arguments are accepted in silence: {', '.join(accepted)}"
        return (Cause("invalid_argument_accepted", sentence, f"each returned a result for {case.name}"),)

    def shrunken(self) -> list[Failure]:
        """Return the failures, the first of each result and kind with the smallest case found for it."""
        done: set[tuple[str, str]] = set()
        failures = []
        for failure in self.failures:
            key = (failure.of, failure.kind)
            if key not in done and len(done) < SHRUNK and failure.kind in ("wrong", "shape", "raised", "type"):
                done.add(key)
                failure = replace(failure, smallest=shrunk(failure.case, self._fails_like(failure)))  # noqa: PLW2901
            failures.append(failure)
        return failures

    def _fails_like(self, failure: Failure) -> Callable[[Case], bool]:
        def fails(case: Case) -> bool:
            try:
                arrays = case.arrays()
                outcome = self.kernel.call(case, arrays, failure.of)
                found = judge(case, arrays, outcome, failure.of, algorithm=self.algorithm)
            except (Refused, RefconvError):
                return False
            return found is not None and found.kind == failure.kind

        return fails

    def told_left_out(self) -> Iterator[str]:
        """Yield what was not tried and why, with how many cases that cost."""
        for reason, names in self.left_out.items():
            yield reason + (f" ({len(names)} case{'s' if len(names) > 1 else ''})" if names else "")
