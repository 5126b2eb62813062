"""What a machine has: processor, cores, GPUs, NVIDIA cards, plug-ins of TensorFlow."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lecture.device.quiet import load_tensorflow


@dataclass(frozen=True)
class Card:
    """An NVIDIA card as its driver lists it, whether TensorFlow sees it or not; memory in bytes, None if unknown."""

    name: str
    memory: int | None = None


@dataclass(frozen=True)
class Machine:
    """What is known of a machine. Functions that decide and advise take it, so that they can be tested."""

    system: str  # "Linux", "Darwin" or "Windows"
    processor: str
    cores: int
    gpus: tuple[str, ...] = ()  # names of the GPUs that TensorFlow lists
    cards: tuple[Card, ...] = ()
    plugins: tuple[str, ...] = ()  # such as "tensorflow-metal 1.2.0"
    cuda_visible: str | None = None  # the variable CUDA_VISIBLE_DEVICES


def this_machine() -> Machine:
    """Return the ``Machine`` that this code runs on."""
    tf = load_tensorflow()
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return Machine(
        system=platform.system(),
        processor=_processor(),
        cores=available_cores(),
        gpus=tuple(detail.get("device_name", gpu.name) for gpu, detail in zip(gpus, details)),
        cards=nvidia_cards(),
        plugins=plugins(),
        cuda_visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
    )


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS, not on Windows
        return os.cpu_count() or 1


def cuda_devices() -> list[str]:
    """Return the numbers of the CUDA GPUs that a process started from this one would see, as strings."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [number for number in visible.split(",") if number.strip() not in ("", "-1")]
    listed = _output(["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"])
    return listed.split() if listed else []


def nvidia_cards(
    smi: str = "nvidia-smi", proc: str | Path = "/proc/driver/nvidia/gpus", node: str | Path = "/dev/nvidia0"
) -> tuple[Card, ...]:
    """Return the NVIDIA cards of this machine, from the first of the following sources that lists any.

    Parameters
    ----------
    smi : str
        Command of the driver, which knows names and memory.
    proc : path
        Folder of the driver, with a file of information for each card.
    node : path
        Device file of the first card, which shows only that there is one.
    """
    listed = _output([smi, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"])
    rows = [line.rsplit(",", 1) for line in (listed or "").splitlines() if "," in line]
    if rows:
        return tuple(Card(name.strip(), int(mib) * 2**20 if mib.strip().isdigit() else None) for name, mib in rows)
    files = sorted(Path(proc).glob("*/information"))
    models = [re.search(r"^Model:\s*(.+)$", file.read_text(), re.MULTILINE) for file in files]
    unnamed = Card("NVIDIA card")
    if models:
        return tuple(Card(model[1].strip()) if model else unnamed for model in models)
    return (unnamed,) if Path(node).exists() else ()


def plugins(distributions: Callable = importlib.metadata.distributions) -> tuple[str, ...]:
    """Return the installed packages that TensorFlow loads as plug-ins, such as ``"tensorflow-metal 1.2.0"``.

    They are those with a file in the folder ``tensorflow-plugins``: TensorFlow loads every library in it on import.
    """
    named = {d.metadata["Name"]: d for d in distributions() if "tensorflow" in (d.metadata["Name"] or "")}
    plugged = [d for _, d in sorted(named.items()) if any("tensorflow-plugins" in f.parts for f in d.files or ())]
    return tuple(f"{d.metadata['Name']} {d.version}" for d in plugged)


def _processor():
    """The processor's name, as far as the system knows it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    brand = _output(["sysctl", "-n", "machdep.cpu.brand_string"]) if platform.system() == "Darwin" else None
    return (brand or "").strip() or platform.processor() or platform.machine()


def _output(command: list[str]) -> str | None:
    """What a command prints, or None if it does not exist or fails."""
    if shutil.which(command[0]) is None:
        return None
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
