"""The command `refconv`: arguments to a command of `refconv.commands`, whatever goes wrong to an exit code.

To add a command, write its file in `refconv/commands/` and name it in `COMMANDS`.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from refconv import __version__
from refconv.commands.parsing import Parser
from refconv.commands.streams import drop_stdout, only_ours
from refconv.errors import RefconvError

__all__ = ["COMMANDS", "main", "parser"]

COMMANDS = ("size", "rf", "cost", "network", "derive", "prove", "check", "identify", "vectors", "learn")
"""The modules of `refconv.commands`; each adds itself, and imports what it needs when it runs."""

PASSED, USAGE, DEFECT, INTERRUPTED, PIPE_CLOSED = 0, 2, 3, 130, 141
"""Exit codes; 1, failed, is for the commands to return."""

_DESCRIPTION = """\
Convolutions: what size, what receptive field, what cost, and why; and is a kernel right, whatever language or framework
it is written in. And exercises, to learn it."""
_EPILOG = """\
examples:
  refconv size 224 --kernel 7 --stride 2 --padding 3
  refconv rf resnet50
  refconv check path/to/kernel.py:conv2d
  refconv learn output-size

exit codes: 0 passed, 1 failed, 2 the command makes no sense, 3 a defect of refconv itself, 130 interrupted"""


def parser(names: Sequence[str] = COMMANDS) -> Parser:
    """Return the parser of all commands, or of some: what is not asked for need not be loaded.

    Examples
    --------
    >>> parser().parse_args(["check", "kernel.py:f", "--seed", "3"]).seed
    3
    """
    root = Parser(prog="refconv", description=_DESCRIPTION, epilog=_EPILOG)
    root.set_defaults(help_of=root)
    root.add_argument("--version", action="version", version=f"refconv {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND")
    for name in names:
        import_module(f"refconv.commands.{name}").add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process if there are none.

    Returns
    -------
    int
        0 passed, 1 failed, 2 the command makes no sense, 3 a defect of refconv itself, 130 interrupted by Ctrl-C,
        141 nobody reads the output any more.

    Examples
    --------
    >>> main(["--version"])
    refconv 0.1.0
    0
    """
    try:
        words = sys.argv[1:] if argv is None else argv
        named = [word for word in words[:1] if word in COMMANDS]
        return _run(parser(named or COMMANDS).parse_args(argv), as_program=argv is None)
    except SystemExit as stop:  # argparse has said what there is to say
        return stop.code if isinstance(stop.code, int) else USAGE
    except RefconvError as error:
        return _say(str(error), USAGE)
    except KeyboardInterrupt:
        return _say("refconv: interrupted", INTERRUPTED)
    except OSError as error:
        return _no_file(error)
    except Exception as error:  # noqa: BLE001 - its exit code must not read as a verdict
        return _unforeseen(error)


def _run(args: Namespace, *, as_program: bool) -> int:
    """Run the command that was named, or print the help where none was."""
    if "run" not in args:
        args.help_of.print_help()
        return USAGE
    with only_ours(for_good=as_program) as out:
        code: int = args.run(args, out)
    return code


def _unforeseen(error: Exception) -> int:
    """Name the library that is not installed, or show the traceback."""
    from refconv.missing import EXTRAS, missing

    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return _say(str(missing(error.name, "refconv", "this")), USAGE)
    import traceback

    return _say(f"{traceback.format_exc()}refconv: this is a defect of refconv; please report it.", DEFECT)


def _no_file(error: OSError) -> int:
    """Return the code for a reader that is gone, or say which file the system refuses: a path, or a full disk."""
    if isinstance(error, BrokenPipeError):
        drop_stdout()
        return PIPE_CLOSED
    where = "" if error.filename is None else f"{error.filename}: "
    return _say(f"refconv: {where}{error.strerror or error}.", USAGE)


def _say(text: str, code: int) -> int:
    """Print to standard error, if there is one, and return the code."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
