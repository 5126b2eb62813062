#!/usr/bin/env bash
# Guess: a "?" in an ARFF file is a missing value to each reader.
# Instead: scipy.io.arff gives NaN for a missing number, but for a missing nominal value the text b"?", which is no
# class of the attribute's own list; an encoder makes a class more of it. liac-arff (and so OpenML's client) reads
# both as None.
# Seen with SciPy 1.17.1, liac-arff 2.5.0. Neither SciPy's documentation nor its issues say so.
# Concerns: Weka's and OpenML's data sets: number of classes, share of missing values.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    scipy==1.17.1 liac-arff==2.5.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import io

import arff
from scipy.io.arff import loadarff

TEXT = """@relation r
@attribute x numeric
@attribute colour {red, green}
@data
1, red
?, ?
3, green
"""
rows, meta = loadarff(io.StringIO(TEXT))
by_scipy = [row["colour"] for row in rows]
by_liac = [colour for _, colour in arff.loads(TEXT)["data"]]
print("classes by SciPy:", meta["colour"][1], "values:", by_scipy, "the missing number:", rows["x"][1])
print("values by liac-arff:", by_liac)
assert meta["colour"][1] == ("red", "green") and by_scipy == [b"red", b"?", b"green"] and rows["x"][1] != rows["x"][1]
assert by_liac == ["red", None, "green"]
print("as expected: three values where there are two classes")
EOF
