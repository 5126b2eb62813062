#!/usr/bin/env bash
# Guess: onnx.reference.ReferenceEvaluator says what a model's output should be; where a runtime differs, the runtime
# is wrong.
# Instead: for LSTM, GRU and RNN it ignores the input sequence_lens and the attribute clip. Padding is read as data,
# and the last state of a short sequence is that of the padding. ONNX Runtime follows the specification. No warning.
# Seen with onnx 1.23.2, ONNX Runtime 1.32.0.
# Concerns: checks of exported recurrent networks with masks; courses that use the evaluator as "the definition in
# NumPy".
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

rng = np.random.default_rng(0)
SHAPES = {"X": (4, 2, 3), "W": (1, 15, 3), "R": (1, 15, 5)}  # 4 steps, 2 sequences, 3 inputs; 5 units
ARRAYS = {name: rng.normal(size=shape).astype("float32") for name, shape in SHAPES.items()}


def last_state(run, lengths, **attributes):
    """The state (2, 5) behind a GRU's last step."""
    feed = ARRAYS | {"lengths": np.array(lengths, "int32")}
    dtype = helper.np_dtype_to_tensor_dtype
    inputs = [helper.make_tensor_value_info(name, dtype(array.dtype), array.shape) for name, array in feed.items()]
    node = helper.make_node("GRU", ["X", "W", "R", "", "lengths"], ["", "last"], hidden_size=5, **attributes)
    outputs = [helper.make_tensor_value_info("last", TensorProto.FLOAT, [1, 2, 5])]
    graph = helper.make_graph([node], "gru", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    return run(model, feed)[0][0]


def reference(model, feed):
    return ReferenceEvaluator(model).run(None, feed)


def runtime(model, feed):
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feed)


whole = [last_state(run, [4, 4]) for run in (reference, runtime)]
assert np.allclose(*whole, atol=1e-4)
short = [last_state(run, [2, 4]) for run in (reference, runtime)]
clipped = [last_state(run, [4, 4], clip=0.1) for run in (reference, runtime)]
print("last state of the first sequence, 4 steps long:", whole[0][0])
print("2 steps long, by onnx.reference:", short[0][0], "by ONNX Runtime:", short[1][0])
print("clip=0.1, by onnx.reference:", clipped[0][0], "by ONNX Runtime:", clipped[1][0])
assert np.allclose(short[0], whole[0], atol=1e-4) and np.abs(short[1][0] - whole[1][0]).max() > 0.05
assert np.allclose(short[1][1], whole[1][1], atol=1e-4)
assert np.allclose(clipped[0], whole[0], atol=1e-4) and np.abs(clipped[1] - whole[1]).max() > 0.05
print("as expected: lengths and clip change nothing in onnx.reference")
EOF
