"""A derivation's result as a JavaScript function, in BigInt: exact whatever the size."""

from __future__ import annotations

from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.code import Writer, bare, is_truth

__all__ = ["rendered"]

_ALWAYS = {
    "whole": """\
// A whole number as a BigInt; anything else throws.
const whole = (x) => {
  if (typeof x !== "bigint" && !Number.isSafeInteger(x)) throw new RangeError(`${x} is no safe integer`);
  return BigInt(x);
};
""",
    "number": """\
// A BigInt as a number; one that a number cannot hold exactly throws.
const number = (x) => {
  if (!Number.isSafeInteger(Number(x))) throw new RangeError(`${x} is no safe integer`);
  return Number(x);
};
""",
}

_HELPERS = {
    "floorDiv": """\
// The floor of a / b; BigInt's own division rounds towards zero.
const floorDiv = (a, b) => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
""",
    "floorMod": """\
// What the floored quotient leaves over: it has the sign of b.
const floorMod = (a, b) => ((a % b) + b) % b;
""",
    "max": "const max = (a, b) => (a > b ? a : b);\n",
    "min": "const min = (a, b) => (a < b ? a : b);\n",
}


class _JavaScript(Writer):
    conjunction, disjunction, negation = "&&", "||", "!"
    quotient_level = 0  # a call

    def __init__(self) -> None:
        self.used: set[str] = set()

    def whole(self, number: int) -> str:
        return f"{number}n"

    def floored(self, numerator: str, denominator: str) -> str:
        return self._call("floorDiv", numerator, denominator)

    def remainder(self, numerator: str, denominator: str) -> str:
        return self._call("floorMod", numerator, denominator)

    def extreme(self, which: str, one: str, other: str) -> str:
        return self._call(which, one, other)

    def compared(self, sign: str, left: str, right: str) -> str:
        return f"{left} {({'==': '===', '!=': '!=='}).get(sign, sign)} {right}"

    def _call(self, helper: str, one: str, other: str) -> str:
        self.used.add(helper)
        return f"{helper}({bare(one)}, {bare(other)})"


def rendered(derivation: Derivation) -> str:
    """Return the function, and the few helpers it needs; several results make an object."""
    writer = _JavaScript()
    names = ", ".join(map(str, derivation.arguments))
    body = [f"  [{names}] = [{names}].map(whole);"]
    body += [f"  const {name} = {writer.write(value)};" for name, value in derivation.where.items()]
    values = {
        name: writer.write(value) if is_truth(value) else f"number({writer.write(value)})"
        for name, value in derivation.result.items()
    }
    if len(values) == 1:
        body += [f"  return {value};" for value in values.values()]
    else:
        body += ["  return {", *(f"    {name}: {value}," for name, value in values.items()), "  };"]
    helpers = [*_ALWAYS.values()] if not all(map(is_truth, derivation.result.values())) else [_ALWAYS["whole"]]
    helpers += [text for helper, text in _HELPERS.items() if helper in writer.used]
    lines = [f"// {derivation.title}.", "", *helpers, f"function {derivation.name}({names}) {{", *body, "}"]
    return "\n".join(lines) + "\n"
