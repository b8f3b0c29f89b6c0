"""Calls for which a framework and its own documentation disagree, each with what is right.

A case is a `model.Disagreement`: `says` makes the call, importing what it needs, and `right` computes the same through
`refconv`. `index.CASES` has them all; `seen.json` has what each said in the version it was run in, so that the page can
be written where not every framework is installed. `docs/build_disagreements.py` runs the cases and writes
docs/disagreements.md; `tests/test_disagreements.py` holds both.

To add one: a pair of functions and a `Disagreement` in the framework's file, with the smallest arrays of whole numbers
that show it (so that equality is exact), then ``python docs/build_disagreements.py --only NAME``.
"""
