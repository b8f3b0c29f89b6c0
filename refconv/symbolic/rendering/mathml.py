r"""LaTeX as MathML, for pages that show mathematics without loading anything: the part of LaTeX that derivations use.

A macro that it does not know is an error, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from refconv.errors import ArgumentError

__all__ = ["mathml"]

_PIECE = re.compile(r"\\[a-zA-Z]+|\\.|\d+|\s+|.", re.DOTALL)

_SIGNS = {
    r"\cdot": "⋅", r"\times": "×", r"\odot": "⊙", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥", r"\lt": "<",
    r"\gt": ">", r"\neq": "≠", r"\ne": "≠", r"\equiv": "≡", r"\in": "∈", r"\to": "→", r"\ldots": "…",
    r"\Longleftrightarrow": "⟺", r"\Longrightarrow": "⟹", r"\lbrace": "{", r"\rbrace": "}", r"\lfloor": "⌊",
    r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\langle": "⟨", r"\rangle": "⟩", r"\lvert": "|", r"\rvert": "|",
    r"\bmod": "mod", "-": "−", "<": "<", ">": ">",
}  # fmt: skip
_LETTERS = {r"\infty": "∞", r"\rho": "ρ", r"\sigma": "σ"}
_WORDS = {r"\max": "max", r"\min": "min", r"\lim": "lim", r"\gcd": "gcd"}
_LARGE = {r"\sum": "∑", r"\prod": "∏", r"\bigcup": "\u22c3"}
_SPACES = {r"\quad": "1em", r"\qquad": "2em", "\\ ": "0.3em"}


def mathml(latex: str, display: bool = True) -> str:
    r"""Return a ``<math>`` element.

    Parameters
    ----------
    latex : str
        Without dollars.
    display : bool
        Whether it stands on a line of its own.

    Raises
    ------
    ArgumentError
        For a macro that is not known here.

    Examples
    --------
    >>> print(mathml(r"\frac{n}{2}", display=False))
    <math><mfrac><mi>n</mi><mn>2</mn></mfrac></math>
    """
    parser = _Parser(latex)
    body = "".join(parser.row(None))
    return f'<math display="block">{body}</math>' if display else f"<math>{body}</math>"


class _Parser:
    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.pieces = list(_PIECE.findall(latex))
        self.place = 0

    def peek(self) -> str | None:
        return self.pieces[self.place] if self.place < len(self.pieces) else None

    def next(self) -> str:
        piece = self.peek()
        if piece is None:
            raise self.unknown("an early end")
        self.place += 1
        return piece

    def unknown(self, what: str) -> ArgumentError:
        return ArgumentError("mathml", f"{what} is not known here.", self.latex)

    def row(self, *ends: str | None) -> list[str]:
        """Return the nodes up to one of the ends, which is taken too."""
        nodes: list[str] = []
        under = False  # whether the last node carries its scripts below and above
        while (piece := self.peek()) not in ends:
            self.next()
            if piece is None:
                raise self.unknown("an early end")
            if piece.isspace():
                continue
            if piece in ("_", "^", "'"):
                nodes[-1:] = [self._scripted(nodes[-1] if nodes else "<mrow></mrow>", piece, under)]
                under = False
            else:
                nodes.append(self._node(piece))
                under = piece in _LARGE or piece == r"\lim" or (piece in (r"\max", r"\min") and self.peek() == "_")
        if piece is not None:
            self.next()
        return nodes

    def _scripted(self, base: str, piece: str, under: bool) -> str:
        scripts = {piece if piece != "'" else "^": "<mo>&#8242;</mo>" if piece == "'" else self._argument()}
        following = self.peek()
        if following in ("_", "^") and following not in scripts:
            self.next()
            scripts[following] = self._argument()
        names = ("munder", "mover", "munderover") if under else ("msub", "msup", "msubsup")
        name = names[2] if len(scripts) == 2 else names[0] if "_" in scripts else names[1]
        return f"<{name}>{base}{''.join(scripts[sign] for sign in '_^' if sign in scripts)}</{name}>"

    def _argument(self) -> str:
        """Return one group or one piece."""
        piece = self.next()
        while piece.isspace():
            piece = self.next()
        return self._group() if piece == "{" else self._node(piece)

    def _group(self) -> str:
        nodes = self.row("}")
        return nodes[0] if len(nodes) == 1 else f"<mrow>{''.join(nodes)}</mrow>"

    def _raw(self) -> str:
        """Return a group's text as it stands."""
        if self.next() != "{":
            raise self.unknown("a macro without its braces")
        return "".join(iter(self.next, "}"))

    def _node(self, piece: str) -> str:  # noqa: PLR0911 - a table of kinds
        if piece == "{":
            return self._group()
        if piece.isdigit():
            return f"<mn>{piece}</mn>"
        if piece.isalpha() or piece in _LETTERS:
            return f"<mi>{_LETTERS.get(piece, piece)}</mi>"
        if piece in _SIGNS or piece in tuple("+=,;:()[]|/.!"):
            return f"<mo>{escape(_SIGNS.get(piece, piece))}</mo>"
        for table, tag in ((_WORDS, "mi"), (_LARGE, "mo")):
            if piece in table:
                return f"<{tag}>{table[piece]}</{tag}>"
        if piece in _SPACES:
            return f'<mspace width="{_SPACES[piece]}"/>'
        return self._macro(piece)

    def _macro(self, piece: str) -> str:  # noqa: PLR0911 - likewise
        if piece == r"\frac":
            return f"<mfrac>{self._argument()}{self._argument()}</mfrac>"
        if piece == r"\sqrt":
            return f"<msqrt>{self._argument()}</msqrt>"
        if piece == r"\mathrm":
            return f'<mi mathvariant="normal">{escape(self._raw())}</mi>'
        if piece == r"\text":
            return f"<mtext>{escape(self._raw()).replace(' ', '&#160;')}</mtext>"
        if piece == r"\pmod":
            return f"<mrow><mo>(</mo><mi>mod</mi><mspace width='0.3em'/>{self._argument()}<mo>)</mo></mrow>"
        if piece == r"\left":
            first = self._fence()
            inner = "".join(self.row(r"\right"))
            return f"<mrow>{first}{inner}{self._fence()}</mrow>"
        if piece == r"\begin":
            return self._table(self._raw())
        raise self.unknown(piece)

    def _fence(self) -> str:
        piece = self.next()
        while piece.isspace():
            piece = self.next()
        return "" if piece == "." else self._node(piece)

    def _table(self, kind: str) -> str:
        if kind not in ("pmatrix", "cases", "aligned"):
            raise self.unknown(kind)
        rows = "".join(f"<mtr>{cells}</mtr>" for cells in self._rows())
        if self._raw() != kind:
            raise self.unknown("another end")
        if kind == "aligned":
            return f'<mtable class="aligned" displaystyle="true">{rows}</mtable>'
        left, right = ("(", ")") if kind == "pmatrix" else ("{", "")
        aligned = "" if right else ' columnalign="left"'
        table = f"<mtable{aligned}>{rows}</mtable>"
        return f"<mrow><mo>{left}</mo>{table}{f'<mo>{right}</mo>' if right else ''}</mrow>"

    def _rows(self) -> Iterator[str]:
        cells, ended = "", False
        while not ended:
            cells += f"<mtd>{''.join(self.row('&', chr(92) + 'cr', chr(92) + 'end'))}</mtd>"
            closing = self.pieces[self.place - 1]
            if closing != "&":
                yield cells
                cells = ""
            ended = closing == r"\end"
