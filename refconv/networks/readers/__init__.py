"""Readers: other libraries' models as networks of plain records.

::

    values.py      what a reader follows through a model: where a tensor's axes are, and sizes that know whose they are
    draft.py       the network in the making, and the rule that what cannot be expressed becomes `Unsupported`
    expressing.py  layers, as both libraries name them, as records
    moving.py      reshapes, transpositions, slices, splits: recognised where they move whole axes, refused elsewhere
    onnx.py        ONNX: onnx_model.py loads it, onnx_constants.py folds what does not depend on the input, and
                   onnx_operators.py, onnx_norms.py and onnx_moves.py express each operator, given as an onnx_call.py
    torch.py       PyTorch: torch_tracing.py runs the module and sees every call, torch_functions.py and torch_moves.py
                   express each of them, given as a torch_call.py
"""
