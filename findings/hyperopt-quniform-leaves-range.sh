#!/usr/bin/env bash
# Guess: hp.quniform("units", 10, 100, 50) gives 10, 60 or 110, or at least numbers within 10 to 100, each as often.
# Instead: a number from 10 to 100 is rounded to a multiple of 50: 0, 50 and 100, so that a layer of 0 units is
# tried. hp.quniform(name, 1, 3, 1) gives 2 twice as often as 1 and 3, and so does uniformint, which ignores its q
# altogether: uniformint(name, 1, 10, q=3) gives all numbers from 1 to 10. hp.randint has neither fault.
# Seen with hyperopt 0.3.0. The documentation has the formula round(uniform(low, high) / q) * q; issues 321 and 328
# of hyperopt (2017, closed as stale) are about it. Nothing was found on uniformint's q, which the source overwrites
# with 1.
# Concerns: who takes a search space over from KerasTuner or Optuna, whose steps begin at the lower bound.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    hyperopt==0.3.0 numpy==2.4.6 setuptools==80.9.0
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import numpy as np
from hyperopt import hp
from hyperopt.pyll.stochastic import sample

rng = np.random.default_rng(0)
spaces = {
    "quniform(10, 100, 50)": hp.quniform("a", 10, 100, 50),
    "quniform(1, 3, 1)": hp.quniform("b", 1, 3, 1),
    "uniformint(1, 3)": hp.uniformint("c", 1, 3),
    "uniformint(1, 10, q=3)": hp.uniformint("d", 1, 10, q=3),
    "randint(1, 4)": hp.randint("e", 1, 4),
}
seen = {}
for name, space in spaces.items():
    values, counts = np.unique([int(sample(space, rng=rng)) for _ in range(1000)], return_counts=True)
    seen[name] = dict(zip(values.tolist(), counts.tolist()))
    print(f"{name}: {seen[name]}")
assert list(seen["quniform(10, 100, 50)"]) == [0, 50, 100]
for name in ("quniform(1, 3, 1)", "uniformint(1, 3)"):
    assert seen[name][2] > 1.6 * max(seen[name][1], seen[name][3])
assert list(seen["uniformint(1, 10, q=3)"]) == list(range(1, 11))
assert min(seen["randint(1, 4)"].values()) > 280
print("as expected: a value outside of the range, and ends half as often")
EOF
