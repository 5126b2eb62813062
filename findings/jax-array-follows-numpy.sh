#!/usr/bin/env bash
# Guess: a JAX array is immutable; what happens to the NumPy array it was made from is no matter to it.
# Instead: on the CPU, device_put and from_dlpack share the memory, if it begins at a multiple of 64 bytes: fill the
# NumPy array anew and the JAX array changes. jnp.array, jnp.asarray and Keras' convert_to_tensor make a copy. The
# immutable one is the one that changes: two batches read into one buffer are both the second.
# Seen with JAX 0.10.2, Keras 3.15.1 (issue 37830 of jax, open, on device_put).
# Concerns: loaders that fill one buffer for all batches and device_put it ahead of the training step.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax
import jax.numpy as jnp
import keras
import numpy as np

memory = np.zeros(4096 + 64, "uint8")
start = -memory.ctypes.data % 64
buffer = memory[start : start + 4096].view("float32")  # begins at a multiple of 64 bytes

makers = {
    "jax.device_put": jax.device_put,
    "jnp.from_dlpack": jnp.from_dlpack,
    "jnp.asarray": jnp.asarray,
    "jnp.array": jnp.array,
    "keras.ops.convert_to_tensor": keras.ops.convert_to_tensor,
}
for name, make in makers.items():
    buffer[:] = 1
    first = jax.block_until_ready(make(buffer))
    buffer[:] = 2  # the next batch
    seen = float(np.asarray(first)[0])
    print(f"{name}: made of ones, is now {seen:.0f}")
    assert isinstance(first, jax.Array)
    assert seen == (2 if name in ("jax.device_put", "jnp.from_dlpack") else 1)
print("as expected: two of five change")
EOF
