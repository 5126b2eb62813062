"""Files and folders that appear whole or not at all."""

import os
import shutil
from pathlib import Path

from lecture.files import write_whole

__all__ = ["replace_folder", "write_whole"]


def replace_folder(new, target):
    """Put the folder ``new`` in the place of ``target``; what stood there goes only when the new one is whole."""
    new, target = Path(new), Path(target)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)
    os.replace(new, target)
    shutil.rmtree(old, ignore_errors=True)
