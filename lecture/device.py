"""Which device trains, whether it computes right; seeds, determinism, and a start of TensorFlow without its noise.

Importing this module loads neither TensorFlow nor Keras: each function does so when it is called.

>>> choose()            # doctest: +SKIP
CPU: AMD EPYC, 2 cores
>>> print(report())     # doctest: +SKIP
Python 3.11.7, TensorFlow 2.21.0, Keras 3.15.1, NumPy 2.4.6, Matplotlib 3.11.2 (Linux-6.1-x86_64)
Device: CPU: AMD EPYC, 2 cores
>>> print(self_check(X, y))     # doctest: +SKIP
The CPU computes right: after 20 steps of SGD, RMSprop and Adam its weights are within 8e-06 of the reference …
"""

import importlib.metadata
import logging
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lecture import optimizers
from lecture.checks import one_of, whole
from lecture.from_scratch import dense_net, gradients

CHOICES = ("auto", "cpu", "gpu")

# -- A quiet start ----------------------------------------------------------------------------------------------------

# How the lines begin that TensorFlow's native code writes at its start, whatever TF_CPP_MIN_LOG_LEVEL says.
_CHATTER = re.compile(
    r"[IWE]\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] |"
    r"WARNING: All log messages before absl::InitializeLog|To enable the following instructions:"
)


@contextmanager
def quietly():
    """Hold back what TensorFlow's native code tells standard error while it starts.

    File descriptor 2 is redirected, since those lines do not pass through Python. Nothing else is lost: the lines that
    are not TensorFlow's own log, such as Python's warnings, come out at the end, and all do if an exception comes.
    """
    try:
        visible = os.dup(2)
    except OSError:  # this process has no standard error, so nothing can be written to it
        yield
        return
    with tempfile.TemporaryFile() as held:
        _flush()
        os.dup2(held.fileno(), 2)
        everything = True
        try:
            yield
            everything = False
        finally:
            _flush()
            os.dup2(visible, 2)
            os.close(visible)
            held.seek(0)
            lines = held.read().decode(errors="replace").splitlines(keepends=True)
            text = "".join(line for line in lines if everything or not _CHATTER.match(line))
            if text and sys.stderr is not None:  # in a notebook it is no file: so write by its name, not by its number
                sys.stderr.write(text)
                _flush()


@contextmanager
def tracing_unsaid():
    """Keep from TensorFlow's log that a function is traced again: many small networks have one each, and TensorFlow takes them for one."""
    logger = logging.getLogger("tensorflow")

    def other(record):
        return "tf.function retracing" not in record.getMessage()

    logger.addFilter(other)
    try:
        yield
    finally:
        logger.removeFilter(other)


def _flush():
    if sys.stderr is not None:
        sys.stderr.flush()


def _tensorflow():
    """TensorFlow, imported and asked for its devices, which is when it talks."""
    with quietly():
        import tensorflow as tf

        tf.config.list_physical_devices()
    return tf


# -- What is here -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """An NVIDIA card as its driver shows it, whether TensorFlow sees it or not; memory in bytes, None if not known."""

    name: str
    memory: int | None = None


@dataclass(frozen=True)
class Machine:
    """What a machine shows of itself. Handed to the functions that decide and advise, so that they can be tested."""

    system: str  # "Linux", "Darwin" or "Windows"
    processor: str
    cores: int
    gpus: tuple = ()  # names of the GPUs that TensorFlow lists
    cards: tuple = ()  # NVIDIA cards that are there
    plugins: tuple = ()  # such as "tensorflow-metal 1.2.0"
    cuda_visible: str | None = None  # the variable CUDA_VISIBLE_DEVICES


@dataclass(frozen=True, repr=False)
class Device:
    """A device that trains: ``kind`` is "CPU", "GPU" (CUDA) or "Metal"; memory in bytes, None if not known."""

    kind: str
    name: str
    memory: int | None = None
    cores: int | None = None

    def describe(self):
        """Return what it is in half a sentence."""
        kind = {"GPU": "CUDA GPU", "Metal": "Apple Metal"}.get(self.kind, self.kind)
        memory = f", {self.memory / 2**30:.0f} GiB" if self.memory else ""
        cores = f", {self.cores} core{'s' * (self.cores > 1)}" if self.cores else ""
        return f"{kind}: {self.name}{memory}{cores}"

    __repr__ = describe


def look():
    """Return the ``Machine`` that this is."""
    tf = _tensorflow()
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return Machine(
        system=platform.system(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        gpus=tuple(detail.get("device_name", gpu.name) for gpu, detail in zip(gpus, details)),
        cards=nvidia_cards(),
        plugins=plugins(),
        cuda_visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
    )


def _processor():
    """The processor's name, as far as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    if platform.system() == "Darwin":
        told = _output(["sysctl", "-n", "machdep.cpu.brand_string"])
        if told:
            return told.strip()
    return platform.processor() or platform.machine()


def nvidia_cards(smi="nvidia-smi", proc="/proc/driver/nvidia/gpus", node="/dev/nvidia0"):
    """Return the NVIDIA cards of this machine, a tuple of ``Card``, from the first of these that tells.

    Parameters
    ----------
    smi : str
        The driver's command, which knows names and memory.
    proc : path
        The driver's folder, with a file of information for each card.
    node : path
        The first card's file, which says no more than that there is one.
    """
    told = _output([smi, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"])
    cards = [line.rsplit(",", 1) for line in (told or "").splitlines() if "," in line]
    if cards:
        return tuple(Card(name.strip(), int(mib) * 2**20 if mib.strip().isdigit() else None) for name, mib in cards)
    files = sorted(Path(proc).glob("*/information"))
    models = [re.search(r"^Model:\s*(.+)$", file.read_text(), re.MULTILINE) for file in files]
    unnamed = Card("NVIDIA card")
    if models:
        return tuple(Card(model[1].strip()) if model else unnamed for model in models)
    return (unnamed,) if Path(node).exists() else ()


def _output(command):
    """What a command prints, or None if it is not there or fails."""
    if shutil.which(command[0]) is None:
        return None
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None


def plugins(distributions=importlib.metadata.distributions):
    """Return the installed packages that TensorFlow loads as plug-ins, such as ``"tensorflow-metal 1.2.0"``.

    They are those with a file in the folder ``tensorflow-plugins``, from which it loads every library at import.
    """
    named = {d.metadata["Name"]: d for d in distributions() if "tensorflow" in (d.metadata["Name"] or "")}
    plugged = [d for _, d in sorted(named.items()) if any("tensorflow-plugins" in f.parts for f in d.files or ())]
    return tuple(f"{d.metadata['Name']} {d.version}" for d in plugged)


# -- Choosing ---------------------------------------------------------------------------------------------------------


def choose(device=None):
    """Let TensorFlow use one kind of device, and return the ``Device``; to be called before anything is computed.

    Parameters
    ----------
    device : {"auto", "cpu", "gpu"}, optional
        By default what the variable LECTURE_DEVICE says, else ``"auto"``: a CUDA GPU if TensorFlow sees one, else the
        CPU. On a Mac ``"auto"`` is the CPU, because Metal's plug-in is known to train wrongly, and ``"gpu"`` is Metal.

    Raises
    ------
    ValueError
        If the name is unknown.
    RuntimeError
        If a GPU is wanted and TensorFlow sees none, or if TensorFlow is already at work on another choice.
    """
    told = device or os.environ.get("LECTURE_DEVICE") or "auto"
    one_of(told, CHOICES, "device" if device else "LECTURE_DEVICE")
    tf, machine = _tensorflow(), look()
    kind = decide(told, machine)
    gpus = tf.config.list_physical_devices("GPU")
    wanted = [] if kind == "CPU" else gpus
    try:
        if tf.config.get_visible_devices("GPU") != wanted:
            tf.config.set_visible_devices(wanted, "GPU")
        for gpu in wanted:  # take memory as it is needed, so that two notebooks can share a card
            if not tf.config.experimental.get_memory_growth(gpu):
                tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        raise RuntimeError(
            "the device must be chosen before TensorFlow computes anything: "
            f"restart Python, and call choose({told!r}) first."
        ) from error
    return describe_device(kind, machine)


def decide(told, machine):
    """Return the kind of device that ``told``, one of ``CHOICES``, means on a machine: "CPU", "GPU" or "Metal"."""
    one_of(told, CHOICES, "device")
    on_mac = machine.system == "Darwin"
    if told == "cpu" or (told == "auto" and (on_mac or not machine.gpus)):
        return "CPU"
    if not machine.gpus:
        remedy = advice("CPU", machine) or ("Use device 'cpu' or 'auto'.",)
        raise RuntimeError(f"device 'gpu' was asked for, but TensorFlow sees no GPU here. {remedy[0]}")
    return "Metal" if on_mac else "GPU"


def describe_device(kind, machine):
    """Return the ``Device`` of this kind that the machine has."""
    if kind == "CPU":
        return Device("CPU", machine.processor, cores=machine.cores)
    name = machine.gpus[0]
    return Device(kind, name, memory=next((card.memory for card in machine.cards if card.name == name), None))


def advice(kind, machine):
    """Return what could be better where this kind of device is used on this machine: a tuple of sentences."""
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
            "Apple Metal is left alone, because its plug-in is known to train wrongly: "
            "LECTURE_DEVICE=gpu uses it all the same."
        )
    return tuple(sentences)


@dataclass(frozen=True, repr=False)
class Report:
    """Versions, the device in use, and advice; prints as a few lines."""

    versions: dict  # name: version
    system: str
    device: Device
    advice: tuple = ()

    def describe(self):
        """Return the lines of the report."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return "\n".join([f"{versions} ({self.system})", f"Device: {self.device.describe()}", *self.advice])

    __repr__ = describe


def report(machine=None):
    """Return the ``Report`` on this machine, with the device that TensorFlow uses now (see ``choose``)."""
    tf = _tensorflow()
    import keras

    machine = machine or look()
    kind = decide("gpu" if machine.gpus and tf.config.get_visible_devices("GPU") else "cpu", machine)
    versions = {
        "Python": platform.python_version(),
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "NumPy": np.__version__,
        "Matplotlib": importlib.metadata.version("matplotlib"),
    }
    return Report(versions, platform.platform(), describe_device(kind, machine), advice(kind, machine))


def startup_problem(command=None, installed=None, timeout=300):
    """Start TensorFlow in a process of its own, and return in a sentence what goes wrong, or None if all is well.

    A broken plug-in kills or stops Python while TensorFlow is imported, so this must be found out from outside.

    Parameters
    ----------
    command : list of str, optional
        What to run instead of an import of TensorFlow.
    installed : tuple of str, optional
        The plug-ins that it loads; by default those of ``plugins()``.
    timeout : float
        Seconds.
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
    if installed:
        names = " ".join(plugin.split()[0] for plugin in installed)
        loaded = ", ".join(installed)
        return f"TensorFlow {what}. It loads the plug-in {loaded}, the likely cause: pip uninstall {names}"
    return f"TensorFlow {what}. It loads no plug-in: install it anew with pip install --force-reinstall tensorflow"


def _last_words(ended):
    """How a process died."""
    if ended.returncode < 0:
        return f"it crashes ({signal.Signals(-ended.returncode).name})"
    lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else f"it ends with status {ended.returncode}"


# -- Seeds ------------------------------------------------------------------------------------------------------------


def seed_everything(seed, deterministic=False):
    """Seed Python, NumPy and TensorFlow: initial weights, the order of the batches, what is dropped.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1.
    deterministic : bool
        Also let TensorFlow compute every sum in a fixed order, which costs some speed: then two fits from one seed
        end in identical weights, also on a GPU. It stays so until the process ends.
    """
    whole(seed, "seed", least=0, most=2**32 - 1)
    tf = _tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


# -- Does it compute right? -------------------------------------------------------------------------------------------

STEPS, BATCH_SIZE, HIDDEN = 20, 32, 16
OPTIMIZERS = {"SGD": {"learning_rate": 0.1}, "RMSprop": {"learning_rate": 0.001}, "Adam": {"learning_rate": 0.001}}

# How far weights may be from the reference, as a share of the way that they went. Rounding to float32 (6e-8 a number)
# leaves 1e-6 (SGD) to 1e-5 (Adam, which magnifies small gradients) after 20 steps; steps that are wrong by 1 % leave
# 1e-2 or more (measured: 4e-2 to 2e-1).
TOLERANCE = 1e-3


@dataclass(frozen=True, repr=False)
class SelfCheck:
    """How far the weights trained on each device are from the reference, by device and optimizer."""

    deviations: dict  # {"CPU": {"SGD": 4e-7, "RMSprop": …, "Adam": …}, "GPU": {…}}
    tolerance: float = TOLERANCE

    def failures(self, device):
        """Return the optimizers that differ on a device by more than the tolerance (or by what is not a number)."""
        return [name for name, deviation in self.deviations[device].items() if not deviation <= self.tolerance]

    @property
    def right(self):
        """Whether every device computes right."""
        return not any(self.failures(device) for device in self.deviations)

    def describe(self):
        """Return a sentence for each device, and what to do if one is wrong."""
        return "\n".join(map(self._sentence, self.deviations))

    __repr__ = describe

    def _sentence(self, device):
        deviations, wrong = self.deviations[device], self.failures(device)
        tolerance = f"(tolerance {self.tolerance:g})"
        if not wrong:
            return (
                f"The {device} computes right: after {STEPS} steps of {_and(deviations)} its weights are "
                f"within {max(deviations.values()):.0e} of the reference {tolerance}."
            )
        found = _and(f"{name} by {deviations[name]:.1%}" for name in wrong)
        if device != "CPU" and not self.failures("CPU"):
            remedy = "Use the CPU: LECTURE_DEVICE=cpu."
        else:
            remedy = "Do not trust results of this machine; reinstall TensorFlow."
        return (
            f"The {device} computes WRONG: after {STEPS} steps the weights differ from the reference, "
            f"{found} {tolerance}. {remedy}"
        )


def _and(names):
    """Names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def self_check(X, y, *, step=None):
    """Train a small net for 20 steps of SGD, RMSprop and Adam on each device, and compare the weights with a reference.

    The reference is the lecture's own net and update rules, in NumPy and float64 (``lecture.from_scratch``,
    ``lecture.optimizers``), which share nothing with TensorFlow: so that the check has a meaning also where there is no
    device but the CPU. On a GPU, TensorFloat-32 is off meanwhile: its coarse rounding (5e-4) is no error.

    Parameters
    ----------
    X : array (n, ...)
        Images, as pixels from 0 to 255 or any other range from 0 on; 640 of them are used, or all.
    y : array (n,) or (n, n_classes)
        Their labels 0, 1, …, or one-hot.
    step : callable, optional
        ``step(model, X, y)`` trains the Keras model on one batch instead of ``model.train_on_batch(X, y)``.

    Returns
    -------
    SelfCheck
        Of the CPU, and of the GPU or Metal if TensorFlow uses one.

    Raises
    ------
    ValueError
        If X and y are not as above.
    """
    batches = _batches(X, y)
    sizes = [batches[0][0].shape[1], HIDDEN, batches[0][1].shape[1]]
    net = dense_net(sizes, activation="relu", output="softmax", initializer="he_normal", seed=0)
    start = [w.astype(np.float32) for w in _weights(net)]  # the same numbers for both
    tf = _tensorflow()
    with_tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    deviations = {"CPU": {}} | {_label(): {} for gpu in tf.config.list_logical_devices("GPU")[:1]}
    try:
        for name, settings in OPTIMIZERS.items():
            right = _reference(_with_weights(net, start), getattr(optimizers, name)(**settings), batches)
            for device, found in deviations.items():
                with tf.device("/CPU:0" if device == "CPU" else "/GPU:0"):
                    found[name] = _deviation(_train(start, name, settings, batches, step), right, start)
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(with_tf32)
    return SelfCheck(deviations)


def _label():
    """What the sentence calls the device that is not the CPU."""
    return "Metal GPU" if platform.system() == "Darwin" else "GPU"


def _batches(X, y):
    """The batches (X (32, n_inputs) from 0 to 1, y (32, n_classes)) of all steps; few images come again."""
    X, y = np.asarray(X), np.asarray(y)
    if len(X) == 0 or len(X) != len(y) or y.ndim not in (1, 2) or X.ndim < 2:
        raise ValueError(
            f"X must be images (n, …) and y their labels (n,) or (n, n_classes), got shapes {X.shape} and {y.shape}."
        )
    if y.ndim == 1:
        y = np.eye(max(int(y.max()) + 1, 2))[y.astype(int)]
    rows = np.arange(STEPS * BATCH_SIZE) % len(X)
    X = X[rows].reshape(len(rows), -1).astype(np.float32)
    X /= max(np.abs(X).max(), 1)
    return list(zip(np.split(X, STEPS), np.split(y[rows].astype(np.float32), STEPS)))


def _reference(net, rule, batches):
    """The weights after all steps of a rule on the net in NumPy, in float64."""
    states = [{name: rule.begin(w) for name, w in layer.parameters.items()} for layer in net.layers]
    for s, (X, y) in enumerate(batches):
        layers = []
        for layer, state, gradient in zip(net.layers, states, gradients(net, X, y)):
            stepped = {}
            for name, w in layer.parameters.items():
                stepped[name], state[name] = rule.step(s, w, gradient[name], state[name])
            layers.append(layer.with_parameters(stepped))
        net = replace(net, layers=tuple(layers))
    return _weights(net)


def _train(start, name, settings, batches, step):
    """The weights after all steps of a Keras optimizer on the same net, on the device in force."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((start[0].shape[0],)),
            layers.Dense(HIDDEN, "relu", kernel_initializer="zeros", dtype="float32"),
            layers.Dense(start[-1].shape[0], "softmax", kernel_initializer="zeros", dtype="float32"),
        ]
    )  # zeros are not drawn, so that no seed is touched
    model.compile(optimizer=getattr(keras.optimizers, name)(**settings), loss="categorical_crossentropy")
    model.set_weights(start)
    for X, y in batches:
        if step is None:
            model.train_on_batch(X, y)
        else:
            step(model, X, y)
    return model.get_weights()


def _deviation(found, right, start):
    """The largest distance, over the arrays of weights, from the reference, as a share of the way that it went."""
    return max(float(np.linalg.norm(f - r) / np.linalg.norm(r - s)) for f, r, s in zip(found, right, start))


def _weights(net):
    """The net's arrays in Keras' order: kernel and bias of each layer."""
    return [layer.parameters[name] for layer in net.layers for name in ("W", "b")]


def _with_weights(net, weights):
    """The net with other weights."""
    pairs = zip(net.layers, weights[::2], weights[1::2])
    return replace(net, layers=tuple(layer.with_parameters({"W": W, "b": b}) for layer, W, b in pairs))
