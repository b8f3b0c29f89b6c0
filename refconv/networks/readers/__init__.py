"""Readers: other libraries' models as networks of plain records.

::

    values.py      what a reader follows through a model: where a tensor's axes are, and sizes that know whose they are
    draft.py       the network in the making, and the rule that what cannot be expressed becomes `Unsupported`
    expressing.py  layers, as both libraries name them, as records
    moving.py      reshapes, transpositions, slices, splits: recognised where they move whole axes, refused elsewhere
    onnx.py        ONNX, over onnx_constants.py and onnx_operators.py
    torch.py       PyTorch, over torch_functions.py
"""
