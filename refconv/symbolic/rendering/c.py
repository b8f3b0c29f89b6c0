"""A derivation's result as a C99 function."""

from __future__ import annotations

import textwrap

from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.code import Writer, bare, is_truth

__all__ = ["HELPERS", "rendered"]

HELPERS = {
    "floor_div": """\
/* The floor of a / b. C's own division rounds towards zero, which is another number where a / b is negative. */
static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
""",
    "floor_mod": """\
/* What the floored quotient leaves over: it has the sign of b. */
static int64_t floor_mod(int64_t a, int64_t b) {
    int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
""",
    "max": """\
static int64_t max(int64_t a, int64_t b) {
    return a > b ? a : b;
}
""",
    "min": """\
static int64_t min(int64_t a, int64_t b) {
    return a < b ? a : b;
}
""",
}
"""What the code may call, by name; only what it does call is put in."""


class _C(Writer):
    conjunction, disjunction, negation = "&&", "||", "!"
    quotient_level = 0  # a call

    def __init__(self) -> None:
        self.used: set[str] = set()

    def floored(self, numerator: str, denominator: str) -> str:
        return self._call("floor_div", numerator, denominator)

    def remainder(self, numerator: str, denominator: str) -> str:
        return self._call("floor_mod", numerator, denominator)

    def extreme(self, which: str, one: str, other: str) -> str:
        return self._call(which, one, other)

    def _call(self, helper: str, *arguments: str) -> str:
        self.used.add(helper)
        return f"{helper}({', '.join(map(bare, arguments))})"


def rendered(derivation: Derivation) -> str:
    """Return the function, and the few helpers it needs; several results make a struct."""
    writer = _C()
    body = [f"    const int64_t {name} = {writer.write(value)};" for name, value in derivation.where.items()]
    values = {name: writer.write(value) for name, value in derivation.result.items()}
    types = {name: "bool" if is_truth(value) else "int64_t" for name, value in derivation.result.items()}
    returned, several = next(iter(types.values())), len(values) > 1
    record = ""
    if several:
        returned = f"{derivation.name}_result"
        record = (
            "typedef struct {\n" + "".join(f"    {types[name]} {name};\n" for name in values) + f"}} {returned};\n\n"
        )
        body += [
            f"    return ({returned}){{",
            *(f"        .{name} = {value}," for name, value in values.items()),
            "    };",
        ]
    else:
        body += [f"    return {value};" for value in values.values()]
    includes = ["#include <stdbool.h>"] * ("bool" in types.values()) + ["#include <stdint.h>"]
    parameters = ", ".join(f"int64_t {argument}" for argument in derivation.arguments)
    return (
        "\n".join(
            [
                "/*",
                textwrap.fill(
                    f"{derivation.title}. Exact as long as every intermediate value fits in 64 bits.",
                    100,
                    initial_indent=" * ",
                    subsequent_indent=" * ",
                ),
                " */",
                *includes,
                "",
                *(HELPERS[helper] for helper in HELPERS if helper in writer.used),
                f"{record}{returned} {derivation.name}({parameters}) {{",
                *body,
                "}",
            ]
        )
        + "\n"
    )
