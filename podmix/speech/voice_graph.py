# SPDX-License-Identifier: GPL-3.0-or-later
"""The voice encoder as an ONNX graph: onnxruntime runs LSTM layers half as fast again as PyTorch, and loads in a blink.

A graph of eight nodes is written in the protobuf wire format by hand rather than with the ``onnx`` package, which
would be one more large dependency. Field numbers are those of onnx.proto3 (ONNX IR version 8, operator set 17); a
message is a list of fields, a field its number and an int (varint), bytes, text or message (length-delimited).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LAYERS = 3
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_INT_KIND, _INTS_KIND = 2, 7  # AttributeProto.AttributeType


def encoder_graph(weights: Mapping[str, Floats]) -> bytes:
    """A serialised model: input "mels" ``(windows, frames, 40)``, output "vectors" ``(windows, 256)``, not normalised.

    Args:
        weights: by PyTorch's names, "lstm.weight_ih_l0" and so on, "linear.weight", "linear.bias".

    Raises:
        KeyError: a weight is missing.
    """
    size, bands = weights["lstm.weight_hh_l0"].shape[1], weights["lstm.weight_ih_l0"].shape[1]
    nodes = [_node("Transpose", ["mels"], ["x0"], _ints("perm", [1, 0, 2]))]
    tensors = [_tensor("one", np.array([1], np.int64)), _tensor("zero", np.array([0], np.int64))]
    for layer in range(LAYERS):
        into, again, bias = f"w{layer}", f"r{layer}", f"b{layer}"
        biases = np.concatenate([_gates(weights[f"lstm.bias_{kind}_l{layer}"]) for kind in ("ih", "hh")])
        tensors += [
            _tensor(into, _gates(weights[f"lstm.weight_ih_l{layer}"])[None]),
            _tensor(again, _gates(weights[f"lstm.weight_hh_l{layer}"])[None]),
            _tensor(bias, biases[None]),
        ]
        hidden = _field(5, _attribute("hidden_size", _field(3, size) + _field(20, _INT_KIND)))
        nodes.append(_node("LSTM", [f"x{layer}", into, again, bias], [f"y{layer}", f"h{layer}"], hidden))
        nodes.append(_node("Squeeze", [f"y{layer}", "one"], [f"x{layer + 1}"]))
    nodes.append(_node("Squeeze", [f"h{LAYERS - 1}", "zero"], ["last"]))
    tensors += [_tensor("linear", np.ascontiguousarray(weights["linear.weight"].T)),
                _tensor("bias", weights["linear.bias"])]
    nodes.append(_node("Gemm", ["last", "linear", "bias"], ["raw"]))
    nodes.append(_node("Relu", ["raw"], ["vectors"]))
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "voice")
    graph += b"".join(_field(5, tensor) for tensor in tensors)
    graph += _field(11, _value("mels", ["windows", "frames", bands]))
    graph += _field(12, _value("vectors", ["windows", weights["linear.bias"].shape[0]]))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 17))


def _gates(rows: Floats) -> Floats:
    """PyTorch orders an LSTM's gates input, forget, cell, output; ONNX input, output, forget, cell."""
    into, forget, cell, out = np.split(rows, 4)
    return np.concatenate([into, out, forget, cell])


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: int | str | bytes) -> bytes:
    if isinstance(content, int):
        return _varint(number << 3) + _varint(content)
    raw = content.encode() if isinstance(content, str) else content
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _node(operator: str, inputs: Sequence[str], outputs: Sequence[str], attributes: bytes = b"") -> bytes:
    names = b"".join(_field(1, name) for name in inputs) + b"".join(_field(2, name) for name in outputs)
    return names + _field(4, operator) + attributes


def _ints(name: str, values: Sequence[int]) -> bytes:
    return _field(5, _attribute(name, b"".join(_field(8, value) for value in values) + _field(20, _INTS_KIND)))


def _attribute(name: str, content: bytes) -> bytes:
    return _field(1, name) + content


def _tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    kind = _INT64 if values.dtype == np.int64 else _FLOAT
    shape = b"".join(_field(1, length) for length in values.shape)
    little = np.ascontiguousarray(values, "<i8" if kind == _INT64 else "<f4")
    return shape + _field(2, kind) + _field(8, name) + _field(9, little.tobytes())


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    lengths = b"".join(_field(1, _field(1 if isinstance(length, int) else 2, length)) for length in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, lengths)))
