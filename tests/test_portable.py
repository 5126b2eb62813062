"""The settings of `make test-portable`: what they take from the libraries, which tests they run, how it ends."""

import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import portable_test as portable

FOUND = portable.features()
NAMES = list(portable.settings(FOUND))
SEEN = """
import os, numpy, threadpoolctl
print(*numpy.show_config(mode="dicts")["SIMD Extensions"].get("found", []), sep=",")
print(*[it["architecture"] for it in threadpoolctl.threadpool_info() if it["internal_api"] == "openblas"], sep=",")
print(os.environ.get("OMP_NUM_THREADS"))
"""


def seen(name, threads=None):
    """What NumPy uses under a setting, which kernels OpenBLAS has, and how many threads are asked for."""
    own = portable.environment(portable.settings(FOUND)[name], threads)
    done = subprocess.run([sys.executable, "-W", "error", "-c", SEEN], env=own, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    used, kernels, count = done.stdout.splitlines()
    return set(used.split(",")) - {""}, kernels, count


@pytest.mark.parametrize("name", NAMES)
def test_numpy_starts_without_a_warning_and_leaves_out_what_is_said(name):
    used, kernels, _ = seen(name)
    left_out = set(portable.settings(FOUND)[name].get("NPY_DISABLE_CPU_FEATURES", "").split())
    assert used == set(FOUND) - left_out
    if name in ("avx2", "numpy-avx2"):
        assert not any(feature.startswith(("AVX512", "X86_V4")) for feature in used)
    if name == "numpy-baseline":
        assert not used
    if name in ("avx2", "openblas-haswell") and "X86_V3" in FOUND:
        assert set(kernels.split(",")) == {"Haswell"}


def test_a_setting_has_its_own_variables_only(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("LECTURE_CACHE", "somewhere")
    native = portable.environment({})
    assert native["LECTURE_CACHE"] == "somewhere" and not {"XLA_FLAGS", "OMP_NUM_THREADS"} & set(native)
    assert portable.environment({"XLA_FLAGS": "a"}, 4)["XLA_FLAGS"] == "a" and seen("native", 4)[2] == "4"


def test_where_numpy_has_nothing_to_leave_out_all_settings_are_there():
    assert list(portable.settings(())) == list(portable.settings(["ASIMDHP", "SVE"])) == NAMES
    assert portable.settings(["ASIMDHP"])["numpy-avx2"] == {"NPY_DISABLE_CPU_FEATURES": ""}


def test_files_of_numbers_are_run_and_others_are_there_but_left_out():
    assert {"tests/test_replicas.py", "tests/test_optimizers.py", "tests/test_tuning.py"} <= set(portable.files())
    assert not {f"tests/test_{name}.py" for name in portable.OTHERS} & set(portable.files())
    assert all((ROOT / "tests" / f"test_{name}.py").exists() for name in portable.OTHERS)


def _script(tmp_path, *arguments):
    """The command on small tests of its own, and what it prints without the seconds."""
    script, own = ROOT / "scripts" / "portable_test.py", ("--folder", tmp_path / "out", "--threads", "1")
    command = [sys.executable, script, *own, *arguments, "--", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_table_names_what_failed_and_the_status_says_so(tmp_path):
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text("import pytest\ndef test_sum(): assert 1 + 1 == 2\n@pytest.mark.skip\ndef test_later(): pass\n")
    bad.write_text("import os\ndef test_xla():\n    assert 'XLA_FLAGS' not in os.environ\n")
    both = ("--setting", "native", "--setting", "xla-avx2")
    status, said = _script(tmp_path, *both, good, bad)
    end = said.split("All of them:\n")[1].splitlines()
    assert status == 1 and [line.split()[0] for line in end[:2]] == ["native", "xla-avx2"]
    assert "2 passed" in end[0] and "0 failed" in end[0] and "1 passed" in end[1] and "1 failed" in end[1]
    assert end[2].endswith("test_bad::test_xla") and len(end) == 3
    status, said = _script(tmp_path, *both, good)
    assert status == 0 and said.count("0 failed") == 4
    status, said = _script(tmp_path, "--setting", "native", tmp_path / "test_none.py")
    assert status == 1 and "pytest ended with status 4, see" in said
