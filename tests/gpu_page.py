"""docs/gpu-verification.md: what it says before a GPU has been at hand, and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.gpu_verification import Tally

__all__ = ["NOT_RUN", "page"]

HEAD = """\
# PyTorch on a GPU, under the oracle

Written by `python tests/gpu_verification.py` on a machine with a GPU. It calls `torch.nn.functional`'s convolutions and
transposed convolutions of one to three axes on CUDA, in float32 with TF32 off and on, float16 and bfloat16, with
tensors contiguous and channels-last, forward and backward, and judges every result by the policies of
[tolerance.md](tolerance.md). `pytest -m gpu` asserts the same, and runs the cases of `tests/test_torch.py` there too.

TF32 keeps 11 bits of each input where float32 keeps 24. Where PyTorch is allowed to use it, the oracle, asked for
float32, has to say so by name:

```
>>> from refconv.oracle.precision import precision
>>> precision("tf32").inputs.p, precision("float32").inputs.p
(11, 24)
```
"""

NOT_RUN = f"""{HEAD}
**It has not been run.** No GPU was at hand when this was written: there are no figures, and nothing is claimed of any
device. The program's own path was tested on the CPU (`python tests/gpu_verification.py --device cpu`), and the naming
of TF32 with a kernel that rounds its inputs so (`tests/test_gpu.py`).
"""


def page(
    versions: Mapping[str, str],
    tallies: Mapping[tuple[str, str], Tally],
    verdicts: Mapping[bool, tuple[str, ...]],
    has_tf32: bool,
    seconds: float,
) -> str:
    """Return the page of one run."""
    parts = [HEAD, "## The run\n", _table(("", ""), list(versions.items())), f"It took {seconds:.0f} seconds.\n"]
    rows = [
        (
            mode,
            layout,
            ", ".join(f"{of} {count:,}" for of, count in tally.results.items()),
            ", ".join(f"{name} {count:,}" for name, count in tally.took.items()),
            f"{tally.largest:.3f}",
            str(len(tally.failures)),
        )
        for (mode, layout), tally in tallies.items()
    ]
    head = ("computed in", "layout", "results", "passed as", "largest error / bound", "failed")
    parts += ["## Results\n", _table(head, rows), "The largest errors:\n"]
    parts.append("".join(f"- {mode}, {layout}: {tally.where}\n" for (mode, layout), tally in tallies.items()))
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    parts += ["## Failures\n", "".join(f"- {each}\n" for each in failures[:40])] if failures else []
    parts += ["## TF32\n", _verdict(verdicts, has_tf32)]
    return "\n".join(parts)


def _verdict(verdicts: Mapping[bool, tuple[str, ...]], has_tf32: bool) -> str:
    rows = [
        ("off" if not allowed else "on", "; ".join(said) if said else "nothing: it is float32")
        for allowed, said in sorted(verdicts.items())
    ]
    note = "" if has_tf32 else "This device has no TF32.\n"
    return _table(("TF32", "what the oracle says, asked for float32"), rows) + "\n" * bool(note) + note


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
