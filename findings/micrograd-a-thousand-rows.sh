#!/usr/bin/env bash
# Guess: the mean loss over a data set, sum(losses) / n, can be differentiated by micrograd for as many rows as one has
# patience for.
# Instead: backward() calls itself once for each node in a chain, and a sum of n terms is a chain of n nodes: from about
# a thousand rows on it ends in RecursionError, in a place that has nothing to do with the sum. Two hundred rows are
# fine. Summed in pairs, pairs of pairs and so on, thousands are fine, too.
# Seen with micrograd 0.1.0 and Python 3.11 to 3.13.
# Concerns: chapters on networks from scratch that leave the hundred points of the library's own demonstration behind.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile micrograd==0.1.0
cd "$work"
"$work/venv/bin/python" - <<'EOS'
from micrograd.engine import Value


def in_pairs(terms):
    while len(terms) > 1:
        terms = [sum(terms[i : i + 2]) for i in range(0, len(terms), 2)]
    return terms[0]


def gradient(n, add):
    """That of the mean of (w - 1)² over n equal rows at w = 3, which is 4."""
    w = Value(3.0)
    loss = add([(w - 1) ** 2 for _ in range(n)]) / n
    try:
        loss.backward()
    except RecursionError:
        return "RecursionError"
    return round(w.grad, 6)


seen = {(n, add.__name__): gradient(n, add) for n in (200, 5000) for add in (sum, in_pairs)}
for (n, name), result in seen.items():
    print(f"{n} rows, {name}: {result}")
assert list(seen.values()) == [4, 4, "RecursionError", 4]
print("as expected: a long sum cannot be differentiated")
EOS
