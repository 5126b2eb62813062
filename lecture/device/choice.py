"""Choosing the device that trains, reporting on it, and seeding everything that is random."""

import importlib.metadata
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, whole
from lecture.device.hardware import Machine, plugins, this_machine
from lecture.device.quiet import load_tensorflow
from lecture.words import counted

CHOICES = ("auto", "cpu", "gpu")


@dataclass(frozen=True, repr=False)
class Device:
    """A device that trains: ``kind`` is "CPU", "GPU" (CUDA) or "Metal"; memory in bytes, None if unknown."""

    kind: str
    name: str
    memory: int | None = None
    cores: int | None = None

    def describe(self) -> str:
        """Return the kind and name, and the memory and cores if they are known."""
        kind = {"GPU": "CUDA GPU", "Metal": "Apple Metal"}.get(self.kind, self.kind)
        memory = f", {self.memory / 2**30:.0f} GiB" if self.memory else ""
        cores = f", {counted(self.cores, 'core')}" if self.cores else ""
        return f"{kind}: {self.name}{memory}{cores}"

    __repr__ = describe


def choose(device: str | None = None) -> Device:
    """Let TensorFlow use one kind of device. Call this before anything is computed.

    Parameters
    ----------
    device : {"auto", "cpu", "gpu"}, optional
        ``"auto"`` is a CUDA GPU if TensorFlow sees one, else the CPU; on a Mac always the CPU, because Metal's plug-in
        is known to train wrongly. ``"gpu"`` on a Mac is Metal. If None, the environment variable LECTURE_DEVICE
        decides, and ``"auto"`` if that is not set.

    Returns
    -------
    Device

    Raises
    ------
    ValueError
        If the name is unknown.
    RuntimeError
        If a GPU is wanted and TensorFlow sees none, or if TensorFlow already computes on another device.
    """
    wanted = device or os.environ.get("LECTURE_DEVICE") or "auto"
    one_of(wanted, CHOICES, "device" if device else "LECTURE_DEVICE")
    tf, machine = load_tensorflow(), this_machine()
    kind = decide(wanted, machine)
    gpus = [] if kind == "CPU" else tf.config.list_physical_devices("GPU")
    try:
        if tf.config.get_visible_devices("GPU") != gpus:
            tf.config.set_visible_devices(gpus, "GPU")
        for gpu in gpus:  # take memory as it is needed, so that two notebooks can share a card
            if not tf.config.experimental.get_memory_growth(gpu):
                tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        raise RuntimeError(
            "the device must be chosen before TensorFlow computes anything: "
            f"restart Python, and call choose({wanted!r}) first."
        ) from error
    return describe_device(kind, machine)


def decide(wanted: str, machine: Machine) -> str:
    """Return the kind of device, "CPU", "GPU" or "Metal", that one of ``CHOICES`` means on a machine.

    Raises
    ------
    ValueError
        If ``wanted`` is not one of ``CHOICES``.
    RuntimeError
        If a GPU is wanted and the machine has none.
    """
    one_of(wanted, CHOICES, "device")
    on_mac = machine.system == "Darwin"
    if wanted == "cpu" or (wanted == "auto" and (on_mac or not machine.gpus)):
        return "CPU"
    if not machine.gpus:
        remedy = advice("CPU", machine) or ("Use device 'cpu' or 'auto'.",)
        raise RuntimeError(f"device 'gpu' was asked for, but TensorFlow sees no GPU here. {remedy[0]}")
    return "Metal" if on_mac else "GPU"


def describe_device(kind: str, machine: Machine) -> Device:
    """Return the ``Device`` of this kind on a machine."""
    if kind == "CPU":
        return Device("CPU", machine.processor, cores=machine.cores)
    name = machine.gpus[0]
    return Device(kind, name, memory=next((card.memory for card in machine.cards if card.name == name), None))


def advice(kind: str, machine: Machine) -> tuple[str, ...]:
    """Return sentences on what to change so that this machine could train faster than with this kind of device."""
    sentences = []
    if machine.cards and not machine.gpus:
        card = f"There is an NVIDIA card ({machine.cards[0].name})"
        if machine.cuda_visible is not None:
            why = f"CUDA_VISIBLE_DEVICES={machine.cuda_visible!r} may hide it from TensorFlow: unset that to use it."
        elif machine.system == "Windows":
            why = "on Windows TensorFlow uses it only inside WSL2: there, pip install 'tensorflow[and-cuda]'."
        else:
            why = "TensorFlow came without CUDA or does not find it: pip install 'tensorflow[and-cuda]'."
        sentences.append(f"{card}, but {why}")
    if machine.system == "Darwin" and machine.gpus and kind == "CPU":
        sentences.append(
            "Apple Metal is not used, because its plug-in is known to train wrongly: LECTURE_DEVICE=gpu uses it anyway."
        )
    return tuple(sentences)


@dataclass(frozen=True, repr=False)
class Report:
    """Versions, the device in use, and advice; prints as a few lines."""

    versions: dict[str, str]
    system: str
    device: Device
    advice: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return versions, device and advice, each on a line."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return "\n".join([f"{versions} ({self.system})", f"Device: {self.device.describe()}", *self.advice])

    __repr__ = describe


def report(machine: Machine | None = None) -> Report:
    """Return the ``Report`` on a machine, by default on this one, with the device that TensorFlow uses (`choose`)."""
    tf = load_tensorflow()
    import keras

    machine = machine or this_machine()
    kind = decide("gpu" if machine.gpus and tf.config.get_visible_devices("GPU") else "cpu", machine)
    versions = {
        "Python": platform.python_version(),
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "NumPy": np.__version__,
        "Matplotlib": importlib.metadata.version("matplotlib"),
    }
    return Report(versions, platform.platform(), describe_device(kind, machine), advice(kind, machine))


def startup_problem(
    command: Sequence[str] | None = None, installed: Sequence[str] | None = None, timeout: float = 300
) -> str | None:
    """Start TensorFlow in a separate process, and return a sentence on what goes wrong, or None if nothing does.

    A broken plug-in crashes or blocks Python while TensorFlow is imported, so this cannot be found out from inside.

    Parameters
    ----------
    command : list of str, optional
        Command to run instead of an import of TensorFlow.
    installed : sequence of str, optional
        Plug-ins that TensorFlow loads; those of ``plugins()`` if None.
    timeout : float
        Seconds after which the process is stopped.
    """
    command = command or [sys.executable, "-c", "import tensorflow as tf; tf.config.list_physical_devices()"]
    installed = plugins() if installed is None else installed
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout)
    except subprocess.TimeoutExpired:
        what = f"had not started after {timeout:g} s"
    else:
        if ended.returncode == 0:
            return None
        what = f"does not start: {_last_words(ended)}"
    if not installed:
        return f"TensorFlow {what}. It loads no plug-in: install it anew with pip install --force-reinstall tensorflow"
    names = " ".join(plugin.split()[0] for plugin in installed)
    loaded = ", ".join(installed)
    return f"TensorFlow {what}. It loads the plug-in {loaded}, the likely cause: pip uninstall {names}"


def _last_words(ended):
    """How a process ended."""
    if ended.returncode < 0:
        return f"it crashes ({signal.Signals(-ended.returncode).name})"
    lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else f"it ends with status {ended.returncode}"


def seed_everything(seed: int, deterministic: bool = False) -> None:
    """Seed Python, NumPy and TensorFlow: the initial weights, the order of the batches, dropout.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1.
    deterministic : bool
        Whether TensorFlow also computes every sum in a fixed order, which is slower: then two fits with the same seed
        end in identical weights, even on a GPU. This cannot be switched off again in the same process.

    Raises
    ------
    ValueError
        If the seed is out of range.
    """
    whole(seed, "seed", least=0, most=2**32 - 1)
    tf = load_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
