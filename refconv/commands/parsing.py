"""A parser that knows all words of the command line, and says which one was meant."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction["Parser"]
else:
    Subcommands = Any

__all__ = ["Parser", "Subcommands"]


class Parser(argparse.ArgumentParser):
    """An argument parser that takes options as they are written and prints texts with their own line breaks.

    Examples
    --------
    >>> Parser(prog="refconv").prog
    'refconv'
    """

    words: ClassVar[set[str]] = set()
    """The commands, options and choices of all parsers."""

    def __init__(self, **options: Any) -> None:
        """Take the options of any parser."""
        super().__init__(**options, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.words.add(self.prog.split()[-1])

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Add an argument, and remember its words."""
        self.words.update(name for name in names if name.startswith("-"))
        self.words.update(options.get("choices") or ())
        return super().add_argument(*names, **options)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and what may have been meant, and leave with code 2."""
        wrong = re.search(r"invalid choice: '([^']*)'|unrecognized arguments: (\S+)", message)
        if wrong:
            import difflib

            word = (wrong[1] or wrong[2]).partition("=")[0]
            close = difflib.get_close_matches(word, sorted(self.words), n=1)
            message += f"\n  Did you mean {close[0]}?" if close else ""
        self.exit(2, f"{self.prog}: {message}\n  See {self.prog} --help.\n")
