#!/usr/bin/env bash
# Guess: ImageOps.equalize spreads the grey values of any image evenly over 0 to 255.
# Instead: it divides by a whole number, the count of pixels over 255, rounded down. Images of 16x16 and less come
# back unchanged; at 28x28 the quotient 3.07 is taken for 3, and at 22x22 1.9 for 1, so that what is beyond 255 is
# cut off: up to half of the pixels are 255. From about 100x100 on it hardly shows.
# Seen with Pillow 13.0.0. We found it neither in Pillow's documentation nor in its issues; torchvision follows the
# same rule (pull request 6776).
# Concerns: MNIST, Fashion-MNIST, CIFAR and load_digits: AutoAugment and RandAugment contain this step.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import numpy as np
from PIL import Image, ImageOps

rng = np.random.default_rng(0)
seen = {}
for size in (8, 16, 20, 22, 28, 32, 256):
    image = rng.integers(100, 140, (size, size)).astype("uint8")  # 40 grey values, each about as often
    equal = np.asarray(ImageOps.equalize(Image.fromarray(image)))
    seen[size] = np.array_equal(image, equal), float(np.mean(equal == 255))
    print(f"{size}x{size}: {'unchanged' if seen[size][0] else 'changed'}, white {seen[size][1]:.0%} of the pixels")
assert seen[8][0] and seen[16][0] and not seen[20][0]
assert min(seen[20][1], seen[22][1], seen[28][1], seen[32][1]) > 0.2 and seen[256][1] < 0.04
print("as expected: small images are not equalized")
EOF
