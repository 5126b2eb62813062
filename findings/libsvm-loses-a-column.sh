#!/usr/bin/env bash
# Guess: what scikit-learn's dump_svmlight_file writes, its load_svmlight_file reads back, with n_features given even
# to the last column of zeros.
# Instead: columns are written from 0 on and read from 1 on if no row has a number in column 0. Pictures begin with a
# pixel that is always 0 (load_digits, MNIST): all columns come back one place to the left, no word; the same happens
# to a test set whose rows happen to be 0 in column 0. zero_based=True in the reading is right.
# Seen with scikit-learn 1.9.1. The documentation calls "auto" a heuristic, and "always safe" for a whole file.
# Concerns: sparse data saved as LIBSVM; training and test files read one by one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import io

import numpy as np
from sklearn.datasets import dump_svmlight_file, load_digits, load_svmlight_file

X, y = load_digits(return_X_y=True)
file = io.BytesIO()
dump_svmlight_file(X, y, file)


def read(**kwargs):
    file.seek(0)
    columns, labels = load_svmlight_file(file, n_features=64, **kwargs)
    assert np.array_equal(labels, y)
    return columns.toarray()


by_default, told = read(), read(zero_based=True)
print("first row written:", X[0, :8])
print("read:             ", by_default[0, :8])
print("zero_based=True:  ", told[0, :8])
assert np.array_equal(told, X)
assert np.array_equal(by_default[:, :-1], X[:, 1:]) and not by_default[:, -1].any()
print(f"as expected: {np.mean(by_default != X):.0%} of the numbers are another column's")
EOF
