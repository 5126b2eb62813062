"""The device: what is seen, chosen and advised; quiet starts; seeds; and whether a wrong step is caught."""

import importlib
import io
import os
import signal
import subprocess
import sys
from pathlib import PurePosixPath
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT

from lecture import device
from lecture.device import Card, Device, Machine, SelfCheck

CHATTER = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1795229895.185504   19085 cudart_stub.cc:31] Could not find cuda drivers on your machine\n"
    "E0000 00:00:1795229904.676957   19085 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)\n"
    "2026-03-17 20:49:51.036237: I tensorflow/core/platform/cpu_feature_guard.cc:210] This binary is optimized\n"
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow\n"
)


def python(code, **more):
    """Run some Python in a process of its own, from the checkout."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, **more)


# -- A quiet start ----------------------------------------------------------------------------------------------------


def test_quietly_drops_the_chatter_of_native_code_only(capfd):
    with device.quietly():
        os.write(2, CHATTER.encode())
        os.write(2, b"something else\n")
        print("a warning of Python's", file=sys.stderr)
    print("afterwards", file=sys.stderr)
    assert capfd.readouterr().err.splitlines()[-1] == "afterwards"
    with device.quietly():
        os.write(2, CHATTER.encode() + b"something else\n")
    assert capfd.readouterr().err == "something else\n"


def test_quietly_loses_nothing_when_an_exception_comes(capfd):
    with pytest.raises(ImportError), device.quietly():
        os.write(2, CHATTER.encode() + b"dlopen failed\n")
        raise ImportError
    assert capfd.readouterr().err == CHATTER + "dlopen failed\n"


def test_quietly_within_quietly(capfd):
    with device.quietly():
        with device.quietly():
            os.write(2, b"inner\n" + CHATTER.encode())
        os.write(2, b"outer\n" + CHATTER.encode())
    assert capfd.readouterr().err == "inner\nouter\n"


def test_quietly_where_stderr_is_no_file(capfd, monkeypatch):
    """In a notebook sys.stderr has no file number: what is held back goes to it all the same."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with device.quietly():
        os.write(2, b"from native code\n" + CHATTER.encode())
    assert sys.stderr.getvalue() == "from native code\n"
    monkeypatch.setattr(sys, "stderr", None)
    with device.quietly():
        os.write(2, b"nobody listens\n")


def test_quietly_where_standard_error_is_closed():
    ended = python(
        "import os; os.close(2)\nfrom lecture.device import quietly\nwith quietly(): print('inside')\nprint('outside')"
    )
    assert ended.stdout.split() == ["inside", "outside"]
    assert ended.returncode == 0


def test_quietly_keeps_no_descriptor_open():
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else pytest.skip("needs /proc")
    with device.quietly():
        pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_starts_without_noise_and_loads_tensorflow_only_when_asked():
    ended = python(
        "import sys; from lecture import device\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])\n"
        "print(device.choose('cpu').kind)\n"
        "print('tensorflow' in sys.modules)"
    )
    assert ended.stdout.splitlines() == ["[]", "CPU", "True"]
    assert ended.stderr == ""


# -- What is here -----------------------------------------------------------------------------------------------------


@pytest.fixture
def nothing(tmp_path):
    """A machine without an NVIDIA driver, as `nvidia_cards` is told where to look."""
    return {"smi": "no-such-command", "proc": tmp_path / "proc", "node": tmp_path / "nvidia0"}


@pytest.mark.skipif(os.name == "nt", reason="the made-up command is a shell script")
def test_cards_from_the_drivers_command(nothing, tmp_path):
    smi = tmp_path / "smi"
    smi.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771'\necho 'NVIDIA GB10, [N/A]'\n")
    smi.chmod(0o755)
    cards = (Card("NVIDIA H200", 143771 * 2**20), Card("NVIDIA GB10"))
    assert device.nvidia_cards(**nothing | {"smi": str(smi)}) == cards
    smi.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert device.nvidia_cards(**nothing | {"smi": str(smi)}) == ()


def test_cards_from_the_drivers_files(nothing):
    assert device.nvidia_cards(**nothing) == ()
    nothing["node"].touch()
    assert device.nvidia_cards(**nothing) == (Card("NVIDIA card"),)
    folder = nothing["proc"] / "0000:01:00.0"
    folder.mkdir(parents=True)
    (folder / "information").write_text("Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   1\n")
    assert device.nvidia_cards(**nothing) == (Card("NVIDIA GeForce RTX 4090"),)


@pytest.mark.skipif(os.name == "nt", reason="the made-up command is a shell script")
def test_the_cuda_devices_are_those_of_the_variable_or_else_of_the_driver(tmp_path, monkeypatch):
    smi = tmp_path / "nvidia-smi"
    smi.write_text("#!/bin/sh\necho 0\necho 1\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for variable, numbers in (("0,2", ["0", "2"]), ("-1", []), ("", []), (None, ["0", "1"])):
        if variable is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", variable)
        assert device.cuda_devices() == numbers


def test_plugins_are_packages_with_a_file_in_the_folder():
    def package(name, version, *files):
        return SimpleNamespace(metadata={"Name": name}, version=version, files=[PurePosixPath(f) for f in files])

    found = device.plugins(
        lambda: [
            package("tensorflow", "2.21.0", "tensorflow/__init__.py"),
            package("tensorflow-metal", "1.1.0", "tensorflow-plugins/libmetal_plugin.dylib"),
            package("numpy", "2.4.6", "numpy/__init__.py"),
            package(None, "0"),
        ]
    )
    assert found == ("tensorflow-metal 1.1.0",)


def test_looks_at_this_machine():
    machine = device.this_machine()
    assert machine.cores >= 1
    assert machine.processor
    printed = str(device.report())
    for name in ("numpy", "keras", "tensorflow", "matplotlib"):
        assert f"{name} {importlib.import_module(name).__version__}" in printed.lower()
    assert "\nDevice: " in printed


def test_report_names_card_and_memory():
    machine = Machine("Linux", "AMD EPYC", 16, gpus=("NVIDIA H200",), cards=(Card("NVIDIA H200", 140 * 2**30),))
    assert device.describe_device("GPU", machine).describe() == "CUDA GPU: NVIDIA H200, 140 GiB"
    assert device.describe_device("CPU", machine).describe() == "CPU: AMD EPYC, 16 cores"
    assert Device("Metal", "Apple M2").describe() == "Apple Metal: Apple M2"
    assert Device("CPU", "one", cores=1).describe() == "CPU: one, 1 core"


# -- Choosing ---------------------------------------------------------------------------------------------------------

LINUX = Machine("Linux", "AMD EPYC", 2)
CUDA = Machine("Linux", "AMD EPYC", 2, gpus=("NVIDIA H200",), cards=(Card("NVIDIA H200"),))
MAC = Machine("Darwin", "Apple M2", 8, gpus=("METAL",), plugins=("tensorflow-metal 1.2.0",))


@pytest.mark.parametrize(
    ("wanted", "machine", "kind"),
    (
        ("auto", LINUX, "CPU"),
        ("auto", CUDA, "GPU"),
        ("auto", MAC, "CPU"),  # the supported way on a Mac
        ("cpu", CUDA, "CPU"),
        ("gpu", CUDA, "GPU"),
        ("gpu", MAC, "Metal"),
    ),
)
def test_decides(wanted, machine, kind):
    assert device.decide(wanted, machine) == kind


def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(RuntimeError, match="'gpu' was asked for, but TensorFlow sees no GPU here. Use device 'cpu'"):
        device.decide("gpu", LINUX)
    with pytest.raises(RuntimeError, match=r"no GPU here. There is an NVIDIA card \(NVIDIA L4\).*\[and-cuda\]"):
        device.decide("gpu", Machine("Linux", "", 2, cards=(Card("NVIDIA L4"),)))


def test_unknown_devices_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="device must be one of auto, cpu, gpu, got 'tpu'"):
        device.choose("tpu")
    monkeypatch.setenv("LECTURE_DEVICE", "GPU")
    with pytest.raises(ValueError, match="LECTURE_DEVICE must be one of auto, cpu, gpu, got 'GPU'"):
        device.choose()


def test_chooses_what_the_variable_says(monkeypatch):
    monkeypatch.setenv("LECTURE_DEVICE", "cpu")
    assert device.choose().kind == device.choose().kind == "CPU"


def test_advice():
    card = (Card("NVIDIA L4"),)
    assert device.advice("CPU", LINUX) == device.advice("GPU", CUDA) == ()
    assert "pip install 'tensorflow[and-cuda]'" in device.advice("CPU", Machine("Linux", "", 2, cards=card))[0]
    assert "WSL2" in device.advice("CPU", Machine("Windows", "", 2, cards=card))[0]
    hidden = Machine("Linux", "", 2, cards=card, cuda_visible="-1")
    assert "CUDA_VISIBLE_DEVICES='-1' may hide it" in device.advice("CPU", hidden)[0]
    assert "known to train wrongly" in device.advice("CPU", MAC)[0]
    assert device.advice("Metal", MAC) == ()


@pytest.mark.parametrize(
    ("code", "words"),
    (
        ("raise ImportError('dlopen: Symbol not found.')", "does not start: ImportError: dlopen: Symbol not found. It"),
        ("raise SystemExit(3)", "does not start: it ends with status 3. It"),
        ("import time; time.sleep(60)", "had not started after 2 s. It"),
        pytest.param(
            f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})",
            r"does not start: it crashes \(SIGSEGV\). It",
            marks=pytest.mark.skipif(os.name == "nt", reason="there are no signals"),
        ),
    ),
)
def test_a_broken_plugin_is_found_from_outside(code, words):
    command = [sys.executable, "-c", code]
    found = device.startup_problem(command, ("tensorflow-metal 1.1.0",), timeout=2)
    assert found.startswith("TensorFlow ")
    assert found.endswith("loads the plug-in tensorflow-metal 1.1.0, the likely cause: pip uninstall tensorflow-metal")
    with pytest.raises(RuntimeError, match=words):
        raise RuntimeError(found)
    assert "no plug-in" in device.startup_problem(command, (), timeout=2)


def test_a_sound_start_is_no_problem():
    assert device.startup_problem() is None


# -- Seeds ------------------------------------------------------------------------------------------------------------


def test_one_switch_for_determinism():
    """In a process of its own, since the switch stays on."""
    ended = python(
        "import numpy as np; from lecture import device; from lecture.models import mlp\n"
        "X, y = np.random.rand(300, 784).astype('float32'), np.eye(10)[np.arange(300) % 10]\n"
        "def fit(seed):\n"
        "    device.seed_everything(seed, deterministic=True)\n"
        "    model = mlp(64, 32, dropout=0.2, batch_norm=True)\n"
        "    model.fit(X, y, batch_size=32, epochs=2, verbose=0)\n"
        "    return np.concatenate([w.ravel() for w in model.get_weights()])\n"
        "one, two, other = fit(1), fit(1), fit(2)\n"
        "print((one == two).all(), (one == other).all())"
    )
    assert ended.stdout.split() == ["True", "False"], ended.stderr


def test_seeds_all_three():
    import random

    import tensorflow as tf

    def draw():
        device.seed_everything(7)
        return random.random(), np.random.rand(), float(tf.random.uniform(()))

    assert draw() == draw()


@pytest.mark.parametrize("seed", (-1, 2**32, 1.5, "0"))
def test_bad_seeds(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0 to .*, got"):
        device.seed_everything(seed)


# -- Does it compute right? -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images():
    """200 made-up images, each of its class's picture and noise, with pixels from 0 to 255."""
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=200)
    X = 0.7 * rng.random((10, 28, 28))[y] + 0.3 * rng.random((200, 28, 28))
    X[:, :4] = 0  # a margin that is always empty, as real images have
    return (255 * X).astype(np.uint8), y


def wrong_by(share, only=None):
    """A step that goes too far, with all optimizers or with one."""

    def step(model, X, y):
        before = model.get_weights()
        model.train_on_batch(X, y)
        if only in (None, type(model.optimizer).__name__):
            model.set_weights([b + (1 + share) * (a - b) for b, a in zip(before, model.get_weights())])

    return step


def test_this_machine_computes_right(images):
    check = device.self_check(*images)
    assert check.right
    assert list(check.deviations["CPU"]) == ["SGD", "RMSprop", "Adam"]
    assert max(check.deviations["CPU"].values()) < check.tolerance / 20  # far from the edge
    assert "The CPU computes correctly: after 20 steps of SGD, RMSprop and Adam" in str(check)


@pytest.mark.parametrize("name", device.OPTIMIZERS)
def test_a_step_that_is_wrong_by_one_percent_is_caught(images, name):
    check = device.self_check(*images, step=wrong_by(0.01, only=name))
    assert not check.right
    assert check.failures("CPU") == [name]
    assert check.deviations["CPU"][name] > 5 * check.tolerance
    assert f"The CPU computes WRONGLY: after 20 steps the weights differ from the reference, {name} by" in str(check)


def test_weights_that_are_no_numbers_are_caught():
    assert SelfCheck({"CPU": {"SGD": 1e-6, "Adam": float("nan")}}).failures("CPU") == ["Adam"]


def test_the_check_takes_ready_images_and_touches_no_seed_and_no_setting(images):
    import random

    import tensorflow as tf

    def settings():
        tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
        return random.getstate(), np.random.get_state()[1].tolist(), tf32

    before = settings()
    assert device.self_check(images[0].reshape(200, 784) / 255, np.eye(10)[images[1]]).right
    assert settings() == before


def test_a_gpu_that_differs_is_named_and_the_cpu_advised():
    good = {"SGD": 1e-6, "RMSprop": 1e-6, "Adam": 1e-5}
    check = SelfCheck({"CPU": good, "Metal GPU": good | {"RMSprop": 0.2, "Adam": 0.31}})
    assert not check.right
    right, wrong = str(check).splitlines()
    assert right == (
        "The CPU computes correctly: after 20 steps of SGD, RMSprop and Adam its weights are within 1e-05 of the "
        "reference (tolerance 0.001)."
    )
    assert wrong == (
        "The Metal GPU computes WRONGLY: after 20 steps the weights differ from the reference, RMSprop by 20.0% and "
        "Adam by 31.0% (tolerance 0.001). Use the CPU: LECTURE_DEVICE=cpu."
    )
    assert "Do not trust" in str(SelfCheck({"CPU": good | {"SGD": 0.5}, "GPU": good | {"SGD": 0.5}}))


@pytest.mark.parametrize(
    ("X", "y"),
    ((np.ones((3, 4)), [0, 1]), (np.ones((0, 4)), []), (np.ones(2), [0, 1]), (np.ones((2, 4)), np.ones((2, 2, 2)))),
)
def test_bad_images(X, y):
    with pytest.raises(ValueError, match=r"X must be images \(n, …\) and y their labels .*, got shapes"):
        device.self_check(X, y)
