#!/usr/bin/env bash
# Guess: onnx.reference.ReferenceEvaluator runs a model by the rules of the opset that it names.
# Instead: Softmax, LogSoftmax and Hardmax always follow opset 13. Before, the axis flattened all that comes behind
# it: a model of opset 11 with axis=1 on (2, 3, 4) has sums of 1 over twelve numbers, in the evaluator over three.
# ONNX Runtime follows the model. No warning.
# Seen with onnx 1.23.2, ONNX Runtime 1.32.0.
# Concerns: older models of the ONNX model zoo, and exporters that are told an old opset for a microcontroller.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def outputs(opset):
    """Softmax over axis 1 by onnx.reference and by ONNX Runtime."""
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Softmax", ["x"], ["y"], axis=1)], "softmax", info[:1], info[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, {"x": x})[0], session.run(None, {"x": x})[0]


flat = np.exp(x) / np.exp(x).sum((1, 2), keepdims=True)
along = np.exp(x) / np.exp(x).sum(1, keepdims=True)
for opset, by_specification in {11: flat, 13: along}.items():
    reference, runtime = outputs(opset)
    sums = [array.sum((1, 2)).round(3).tolist() for array in (reference, runtime)]
    print(f"opset {opset}: sums of the two examples, onnx.reference {sums[0]}, ONNX Runtime {sums[1]}")
    assert np.allclose(runtime, by_specification, atol=1e-4) and np.allclose(reference, along, atol=1e-4)
assert not np.allclose(flat, along, atol=1e-2)
print("as expected: in opset 11 the evaluator gives sums of 4 where the specification has 1")
EOF
