#!/usr/bin/env bash
# Guess: tf.train.adadelta of TensorFlow.js is Adadelta: steps whose length does not depend on the gradient's scale.
# Instead: it divides by the average of the squared gradients before the present one is added. The first step is then
# the gradient times the learning rate, its square is what the average of the squared steps gets, both averages stay
# equal for ever, and each step is that of plain SGD, to the last digit. adagrad, rmsprop and adam are themselves.
# Seen with @tensorflow/tfjs-core 4.22.0 and Node 20. Neither the documentation nor the issues of TensorFlow.js say so.
# Concerns: playgrounds in the browser that compare optimizers; a training moved from Keras.
# (Needs Node and npm instead of Python.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" \
    @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
cat >steps.js <<'EOF'
const assert = require("node:assert");
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

const gradients = [[1, -2], [0.5, 0.1], [-1, 3], [0.2, 0.2]];

function after(optimizer, scale) {
  const weights = tf.variable(tf.tensor1d([1, 1]));
  for (const gradient of gradients) {
    optimizer.applyGradients({ [weights.name]: tf.tensor1d(gradient.map((g) => scale * g)) });
  }
  return Array.from(weights.dataSync());
}

for (const scale of [1, 10]) {
  const [sgd, adadelta, adagrad] = ["sgd", "adadelta", "adagrad"].map((name) => after(tf.train[name](0.1), scale));
  console.log(`gradients times ${scale}: SGD ${sgd}, Adadelta ${adadelta}, Adagrad ${adagrad}`);
  assert.deepStrictEqual(adadelta, sgd);
  assert.notDeepStrictEqual(adagrad, sgd);
}
console.log("as expected: Adadelta is SGD");
EOF
node steps.js
