"""The numeric reference: every operation by one engine (`contraction`), from one plan (`arithmetic.geometry`).

arguments (what the caller said, checked), padding, unfold (windows, im2col, col2im), contraction (the engine),
bilinear (its three maps, typed and laid out), convolution, transposed, separable, pooling (the public operations),
dtypes, integers, layouts, tiles, checks (what those stand on).
"""
