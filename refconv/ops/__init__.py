"""The numeric reference: every operation by one engine (`contraction`), from one plan (`arithmetic.geometry`).

- The way in: arguments (what the caller said, checked), checks (shapes against shapes), layouts, elements (what may
  stand in an array), ranks (one implementation, a name for each number of axes).
- The engine: padding, unfold (windows, im2col, col2im), tiles, contraction; dtypes and integers (how sums are kept);
  bilinear (its three maps, typed and laid out).
- The operations: convolution, transposed, depthwise, pointwise, separable, pooling.
"""
