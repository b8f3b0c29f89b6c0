"""The oracle: is a kernel right, how would one know, and if not, what does it do instead.

- `truth`: a value with a bound on its own error, forward and backward.
- `compare`, `assert_conv`: an array against the truth, by a policy that follows from theory.
- `suite`, `Case`: calls worth making, down to the bits of their inputs.
- `identify`: measures what a kernel reads, and says what that is.
- `check`: all of it at once, with a diagnosis.
- `refconv.oracle.vectors`: the same for programs in other languages, by way of files.
"""

from refconv.oracle.behaviour import Behaviour
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.check import check
from refconv.oracle.compare import Comparison, assert_conv, compare
from refconv.oracle.diagnosis import diagnose_outputs
from refconv.oracle.explain import Observation
from refconv.oracle.identify import identify
from refconv.oracle.operations import OPERATIONS
from refconv.oracle.precision import PRECISIONS
from refconv.oracle.report.model import Cause, Failure, Report
from refconv.oracle.suites import SUITES, suite
from refconv.oracle.truth import Truth, truth

__all__ = [
    "OPERATIONS",
    "PRECISIONS",
    "SUITES",
    "Arrays",
    "Behaviour",
    "Case",
    "Cause",
    "Comparison",
    "Failure",
    "Observation",
    "Report",
    "Truth",
    "assert_conv",
    "check",
    "compare",
    "diagnose_outputs",
    "identify",
    "suite",
    "truth",
]
