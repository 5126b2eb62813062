#!/usr/bin/env bash
# Guess: gguf's GGUFReader gives a tensor the shape that it was written with: (784, 256) for a Keras kernel.
# Instead: tensor.shape is turned, (256, 784), and tensor.data.shape is (784, 256): two shapes of one tensor in one
# object. The numbers are in place; who reshapes data to tensor.shape mixes them up, as sizes agree. Square ones show
# nothing. And uint8 and bool arrays (images, masks) are refused.
# Seen with gguf 0.19.0, of the llama.cpp project, whose own order of dimensions this is.
# Concerns: weights of networks of one's own that are stored as GGUF.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    gguf==0.19.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import gguf
import numpy as np

kernel = np.arange(6, dtype="float32").reshape(2, 3)
writer = gguf.GGUFWriter("net.gguf", "mlp")
writer.add_tensor("kernel", kernel)
for dtype in ("uint8", "bool"):
    try:
        writer.add_tensor(dtype, np.ones(4, dtype))
    except ValueError as error:
        print(f"{dtype}: {error}")
    else:
        raise SystemExit(f"{dtype} can be written now")
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(tensor,) = gguf.GGUFReader("net.gguf").tensors
print("written:", kernel.shape, "tensor.shape:", tensor.shape, "tensor.data.shape:", tensor.data.shape)
assert tuple(tensor.shape) == (3, 2) and tensor.data.shape == (2, 3)
assert np.array_equal(tensor.data, kernel)
print("data:", tensor.data.tolist(), "reshaped to tensor.shape:", tensor.data.reshape(tensor.shape).tolist())
assert not np.array_equal(tensor.data.reshape(tensor.shape).T, kernel)
print("as expected: two shapes")
EOF
