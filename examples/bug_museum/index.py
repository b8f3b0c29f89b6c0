"""The exhibits, in the order of the README; importable as a package and as a folder of scripts."""

from __future__ import annotations

from importlib import import_module

NAMES = (
    "pytorch_3867",
    "root_21737",
    "onnx_2043",
    "onnxruntime_2518",
    "onnxruntime_11927",
    "onnxruntime_14208",
    "onnx_tensorrt_1042",
    "keras_core_774",
    "tensorflow_56498",
    "darknet_4836",
    "tinygrad_14115",
    "pytorch_20981",
    "pytorch_1565",
    "pytorch_51430",
    "pytorch_50042",
    "pytorch_180984",
    "mlx_3248",
    "burn_5626",
    "pytorch_107514",
    "xla_49123",
    "onnx_reference_conv_transpose",
    "onnx_reference_conv_valid",
    "onnx_reference_conv_same",
    "jax_lax_reference",
)

EXHIBITS = [import_module(f"{__package__}.{name}" if __package__ else name) for name in NAMES]
