"""A derivation's result as a Python function."""

from __future__ import annotations

from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.code import Writer

__all__ = ["rendered"]


class _Python(Writer):
    def floored(self, numerator: str, denominator: str) -> str:
        return f"{numerator} // {denominator}"

    def remainder(self, numerator: str, denominator: str) -> str:
        return f"{numerator} % {denominator}"


def rendered(derivation: Derivation) -> str:
    """Return a function that computes the result: a number, or a dict of them."""
    writer = _Python()
    lines = [
        f"def {derivation.name}({', '.join(map(str, derivation.arguments))}):",
        '    """' + derivation.title.replace(chr(34), chr(39)) + '."""',
        *(f"    {name} = {writer.write(value)}" for name, value in derivation.where.items()),
    ]
    values = {name: writer.write(value) for name, value in derivation.result.items()}
    if len(values) == 1:
        lines += [f"    return {value}" for value in values.values()]
    else:
        lines += ["    return {", *(f'        "{name}": {value},' for name, value in values.items()), "    }"]
    return "\n".join(lines) + "\n"
