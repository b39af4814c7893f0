"""A trained network as files that run without torch: int8 ONNX, pieces, manifest."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.small.network import Network

OUTPUTS = ["atoms", "regions", "degrees", "languages"]


def export(network: Network, pieces: bytes, manifest: Mapping[str, Any], folder: Path) -> None:
    """Write `model.onnx`, `pieces.model` and `manifest.json` into a folder.

    Weights are rounded to int8 channel by channel, to 7 bits, so that no processor's int8 products
    overflow. The manifest gets the digests of both files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exact, ready = Path(scratch) / "exact.onnx", Path(scratch) / "ready.onnx"
        _trace(network, exact)
        quant_pre_process(str(exact), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(folder / "model.onnx"),
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    (folder / "pieces.model").write_bytes(pieces)
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.onnx", "pieces.model")
    }
    text = json.dumps({**manifest, "sha256": digests}, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def _trace(network: Network, path: Path) -> None:
    network.eval()
    axes = {name: {0: "texts"} for name in OUTPUTS} | {"ids": {0: "texts", 1: "tokens"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.full((2, 5), 5),),
            str(path),
            input_names=["ids"],
            output_names=OUTPUTS,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
