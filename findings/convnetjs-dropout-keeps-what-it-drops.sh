#!/usr/bin/env bash
# Guess: a dropout layer of ConvNetJS that drops .2 in training multiplies by .8 in prediction, so that the next layer
# gets the same on average.
# Instead: it multiplies by .2, the share that is dropped. Ones come out as .8 on average in training, as .2 in
# prediction: the next layer gets a quarter of what it was trained on. Only at .5, the usual number in examples, are the
# two the same, which hides it; with .1 it gets a ninth.
# Seen with ConvNetJS 0.3.0 and Node 20 (pull request 61 of convnetjs, open since 2016).
# Concerns: demonstrations of dropout in the browser, and weights that are moved from there to Keras.
# (Needs Node and npm instead of Python.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" convnetjs@0.3.0
cat >dropout.js <<'EOS'
const assert = require("node:assert");
const { DropoutLayer, Vol } = require("convnetjs");

const n = 100000;

function mean(volume) {
  return volume.w.reduce((sum, number) => sum + number, 0) / n;
}

for (const share of [0.1, 0.2, 0.5]) {
  const layer = new DropoutLayer({ in_sx: 1, in_sy: 1, in_depth: n, drop_prob: share });
  const ones = new Vol(1, 1, n, 1);
  const training = mean(layer.forward(ones, true));
  const prediction = mean(layer.forward(ones, false));
  console.log(`drop ${share} of ones: ${training.toFixed(2)} in training, ${prediction.toFixed(2)} in prediction`);
  assert(Math.abs(training - (1 - share)) < 0.02);
  assert(Math.abs(prediction - share) < 1e-6);
}
console.log("as expected: prediction keeps the share that training drops");
EOS
node dropout.js
