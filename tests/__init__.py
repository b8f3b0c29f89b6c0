"""How refconv is tested, in the order of what is trusted.

1. **The definition rules.** `refconv.algorithms.direct` is the sum written as loops, in Python's own ints. Every other
   road is held equal to it, with ``==``, on integer-valued arrays. It is itself held against sums written out by hand
   (`test_by_hand`), SciPy, and in their own tiers other frameworks.
2. **Exactness first.** A tolerance appears only where rounding does, and then it is a bound that follows from
   theory (`tests.bounds`), never a number that happened to pass.
3. **Adjoints by inner product.** ``<u, conv(x)> == <conv^T(u), x>``, exactly, on integers. That checks gradients
   without
   finite differences.
4. **Exhaustive and drawn twins.** Small ranges are enumerated; everything else is drawn by Hypothesis, which shrinks
   what it finds. Both draw the *output* size and derive the input (`tests.draw`), so that no draw is thrown away.
   Every parameter differs per axis and per side.
5. **Errors are results.** Each message is asked for, with its numbers, and the fix it offers is applied and works.
6. **The tests are tested.** `make mutation` changes the code line by line; what no test notices is a missing test or is
   explained in `docs/mutation.md`.

Markers choose the tiers: the default run needs NumPy, SciPy, SymPy, Hypothesis and ml_dtypes; ``-m torch`` needs
PyTorch.
"""
