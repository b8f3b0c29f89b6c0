"""Layers with parameters of their own, forward and backward: each says what its gradient is.

layer (what all of them do), weighted (what convolutions share), convs, separable, transposed, pools, norms, simple,
containers; as_network makes the records of `refconv.networks` of a model, from which its costs and receptive fields
follow.
"""
