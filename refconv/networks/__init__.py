"""Networks as graphs of plain records, published architectures among them, and what follows: sizes, fields, costs."""

from typing import TYPE_CHECKING

from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv.networks.build import Builder as Builder
    from refconv.networks.catalogue import NETWORKS as NETWORKS
    from refconv.networks.catalogue import network as network
    from refconv.networks.costs import LayerCost as LayerCost
    from refconv.networks.costs import NetworkCost as NetworkCost
    from refconv.networks.costs import PassCost as PassCost
    from refconv.networks.costs import network_cost as network_cost
    from refconv.networks.effective import effective_receptive_fields as effective_receptive_fields
    from refconv.networks.fields import NodeField as NodeField
    from refconv.networks.fields import receptive_fields as receptive_fields
    from refconv.networks.readers.onnx import from_onnx as from_onnx
    from refconv.networks.readers.torch import from_torch as from_torch
    from refconv.networks.records import Activation as Activation
    from refconv.networks.records import Conv as Conv
    from refconv.networks.records import ConvTranspose as ConvTranspose
    from refconv.networks.records import Crop as Crop
    from refconv.networks.records import DepthToSpace as DepthToSpace
    from refconv.networks.records import Flatten as Flatten
    from refconv.networks.records import GlobalPool as GlobalPool
    from refconv.networks.records import Join as Join
    from refconv.networks.records import Linear as Linear
    from refconv.networks.records import Network as Network
    from refconv.networks.records import Node as Node
    from refconv.networks.records import Norm as Norm
    from refconv.networks.records import Pad as Pad
    from refconv.networks.records import Pool as Pool
    from refconv.networks.records import Resize as Resize
    from refconv.networks.records import Select as Select
    from refconv.networks.records import Shuffle as Shuffle
    from refconv.networks.records import SpaceToDepth as SpaceToDepth
    from refconv.networks.records import Unflatten as Unflatten
    from refconv.networks.records import Unsupported as Unsupported
    from refconv.networks.serial import from_json as from_json
    from refconv.networks.serial import to_json as to_json
    from refconv.networks.shaped import Resolved as Resolved
    from refconv.networks.shaped import Shaped as Shaped
    from refconv.networks.shapes import resolve as resolve
    from refconv.networks.support import network_support as network_support
    from refconv.networks.surviving import network_input_sizes as network_input_sizes

if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(
        __name__,
        {
            "build": ("Builder",),
            "catalogue": ("NETWORKS", "network"),
            "costs": ("LayerCost", "NetworkCost", "PassCost", "network_cost"),
            "effective": ("effective_receptive_fields",),
            "fields": ("NodeField", "receptive_fields"),
            "readers.onnx": ("from_onnx",),
            "readers.torch": ("from_torch",),
            "records": (
                "Activation",
                "Conv",
                "ConvTranspose",
                "Crop",
                "DepthToSpace",
                "Flatten",
                "GlobalPool",
                "Join",
                "Linear",
                "Network",
                "Node",
                "Norm",
                "Pad",
                "Pool",
                "Resize",
                "Select",
                "Shuffle",
                "SpaceToDepth",
                "Unflatten",
                "Unsupported",
            ),
            "serial": ("from_json", "to_json"),
            "shaped": ("Resolved", "Shaped"),
            "shapes": ("resolve",),
            "support": ("network_support",),
            "surviving": ("network_input_sizes",),
        },
    )
