#!/usr/bin/env bash
# Guess: an IDX file of floats, MNIST's own format, read with idx2numpy is an array as any other.
# Instead: numbers of more than a byte stay in the byte order of the file (dtype >f4). NumPy computes with them; JAX,
# and Keras on JAX, refuse them with a TypeError that does not name the byte order. float16, int64 and bool cannot be
# written. The unsigned bytes of MNIST itself are no problem, which hides it.
# Seen with idx2numpy 1.2.3, JAX 0.10.2, Keras 3.15.1; array.astype("float32") helps.
# Concerns: data sets that are brought into the form of MNIST.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    idx2numpy==1.2.3 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import idx2numpy
import jax.numpy as jnp
import keras
import numpy as np

floats = np.linspace(0, 1, 6, dtype="float32").reshape(2, 3)
idx2numpy.convert_to_file("floats.idx", floats)
idx2numpy.convert_to_file("bytes.idx", np.arange(6, dtype="uint8"))
loaded = idx2numpy.convert_from_file("floats.idx")
print("loaded:", loaded.dtype, loaded.tolist())
assert loaded.dtype == ">f4" and np.array_equal(loaded, floats)
for name, make in (("JAX", jnp.asarray), ("Keras", keras.ops.convert_to_tensor)):
    assert make(idx2numpy.convert_from_file("bytes.idx")).shape == (6,)
    assert np.array_equal(make(loaded.astype("float32")), floats)
    try:
        make(loaded)
    except TypeError as error:
        print(f"{name}: TypeError: {str(error)[:110]}")
        assert "endian" not in str(error) and "byte order" not in str(error)
    else:
        raise SystemExit(f"{name} takes it now")
for dtype in ("float16", "int64", "bool"):
    try:
        idx2numpy.convert_to_file("other.idx", np.ones(3, dtype))
    except idx2numpy.FormatError as error:
        print(f"{dtype}: {error}")
    else:
        raise SystemExit(f"{dtype} can be written now")
print("as expected")
EOF
