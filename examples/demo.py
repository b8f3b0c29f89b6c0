"""A depthwise-separable dilated convolution on a photograph: run, check exactly, report, draw."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

for package in ("refconv", "matplotlib"):  # matplotlib ships the photograph, and draws
    if find_spec(package) is None:
        print(f"demo: {package} is not installed here. `make demo` installs what the demo needs.", file=sys.stderr)
        sys.exit(2)

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
    from examples import demo_oracle as oracle
    from examples import demo_photo as photo
    from examples import demo_picture as picture
    from examples import demo_report as report
else:  # run as a script, this file's folder is on the path
    import demo_checks as checks
    import demo_layer as layer
    import demo_oracle as oracle
    import demo_photo as photo
    import demo_picture as picture
    import demo_report as report

PART = 64  # pixels along each side of the part that the loops go over
FAILED, UNUSABLE, STOPPED = 1, 2, 130


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="demo.py", description=__doc__)
    parser.add_argument("--image", type=Path, help="a photograph of yours (default: a portrait of Grace Hopper)")
    parser.add_argument("--out", type=Path, default=Path("out/demo.png"), help="the picture to write (%(default)s)")
    parser.add_argument("--dilation", type=int, default=2, help="distance between the taps (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print a summary for programs, and nothing else")
    parser.add_argument("--no-picture", action="store_true", help="draw nothing")
    return parser.parse_args(argv)


def note(text: str) -> None:
    """Say on the error stream what takes a while, so that nobody waits in the dark."""
    print(f"... {text}", file=sys.stderr, flush=True)


def run(options: argparse.Namespace) -> int:
    """Run, check, report and draw; return the exit status."""
    say: Callable[[str], Any] = (lambda _: None) if options.json else (lambda text: print(text, flush=True))
    target = None if options.no_picture else picture.writable(options.out)
    shown = photo.read_photo(options.image)
    x, d = shown.x, options.dilation
    if d > max(*x.shape[2:], PART):
        raise photo.PhotoError(
            f"--dilation {d}: all taps but the middle one miss the {x.shape[3]} x {x.shape[2]} pixels."
        )
    found = report.facts(x.shape[2:], d)
    for line in report.heading(shown, found):
        say(line)

    start = perf_counter()
    y = layer.forward(x, d)
    middle = perf_counter()
    result = layer.backward(y, x, d)
    seconds = {"forward": middle - start, "backward": perf_counter() - middle}
    say(f"\nTime                  forward {seconds['forward']:.2f} s, backward {seconds['backward']:.2f} s\n")

    plan = layer.dense_plan(x.shape[2:], d)
    window = layer.busiest_window(y, plan)
    part = tuple(photo.around(centre, PART, n) for centre, n in zip(window, plan.size, strict=True))
    say("Checks: y, dx, dw and db of both steps, as integers, with ==")
    note("the loops are Python's, so this takes some seconds")
    done = []
    for check in checks.check_all(x, result, x[:, :, *part], d):
        done.append(check)
        for line in report.verdict(check):
            say(line)
    note("a kernel with two mistakes is checked: some hundred small calls")
    verdicts = oracle.diagnosed()
    for line in oracle.lines(verdicts):
        say(line)
    passed = all(check.passed for check in done) and verdicts.passed
    if passed and target is not None:
        note("drawing the picture")
        picture.draw(target, picture.Scene(shown, d, result, window, found, sum(c.values for c in done)))
        say(f"\nPicture               {target}")
    if options.json:
        image = {"name": shown.name, "note": shown.note, "credit": shown.credit}
        summary: dict[str, Any] = {"image": image} | found | {"seconds": seconds}
        summary |= {"checks": [check._asdict() for check in done], "oracle": verdicts.to_dict(), "passed": passed}
        print(json.dumps(summary | {"picture": str(target) if passed and target else None}, indent=2))
    if not passed:
        print("demo: a check failed, so a result of refconv's is wrong here; nothing was drawn.", file=sys.stderr)
    return 0 if passed else FAILED


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; what a person can mend is said in words, not in a traceback."""
    from refconv.errors import RefconvError

    options = parse(argv)
    try:
        return run(options)
    except (photo.PhotoError, picture.PictureError, RefconvError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return UNUSABLE
    except MemoryError:
        print("demo: there is not enough memory for a photograph of this size and this dilation.", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("\ndemo: stopped.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
