"""The numeric reference: every operation by one engine (`contraction`), from one plan (`arithmetic.geometry`).

- The way in: arguments (what the caller said, checked), checks (shapes against shapes), remembered (the same call is
  not checked twice), calls (what comes out of it), layouts, elements (what may stand in an array), ranks (one
  implementation, a name for each number of axes).
- The engine: contraction (the three maps), roads (which one is taken), columns, bands, shifted and scattered (the
  roads), patches (what they cut out of x), tiles, threads, sums; engine and explain (the caller's say in it); dtypes
  and integers (how sums are kept); bilinear (the maps, typed and laid out).
- The operations: convolution, transposed, depthwise, pointwise, separable; pooling, axis by axis (pool_axis, pool_max,
  pool_average, pool_pieces); unfold (im2col, col2im) and padding.
"""
