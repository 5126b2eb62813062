"""Where the seed lecture's own functions are found, to be timed beside ours."""

import importlib.util
from pathlib import Path


def seed_functions():
    """Return the module ``../shared/bench/seed_functions.py`` beside the checkout, or None where it is not."""
    path = Path(__file__).resolve().parents[2] / "shared" / "bench" / "seed_functions.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("seed_functions", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
