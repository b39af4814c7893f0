"""The same bits on machines with other vector units."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iea.tools._pixel import reference_luma
from tests.render.golden import KEPT, PROGRAMS

MACHINES = {"sse2": ("x86-64", ""), "avx2": ("haswell", "+avx2,+fma,-avx512f")}
"""Older machines than this one may be: Numba's name for them, and what they have."""

BLAS = {"sse2": "Prescott", "avx2": "Haswell"}


def _numpy_without(machine: str) -> str:
    """Return the parts of NumPy that this machine would use and the other could not."""
    found: list[str] = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return " ".join(f for f in found if machine == "sse2" or "V4" in f or "512" in f)


def _start(machine: str, cache: Path) -> "subprocess.Popen[str]":
    name, features = MACHINES[machine]
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": name,
        "NUMBA_CPU_FEATURES": features,
        "NPY_DISABLE_CPU_FEATURES": _numpy_without(machine),
        "OPENBLAS_CORETYPE": BLAS[machine],
        # Kernels compiled for another machine must not be found by the other tests.
        "NUMBA_CACHE_DIR": str(cache),
    }
    command = [sys.executable, "-m", "tests.render.golden"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All golden digests as the machines make them; they compile at the same time."""
    running = {m: _start(m, tmp_path_factory.mktemp(m)) for m in MACHINES}
    return {machine: _digests(process) for machine, process in running.items()}


def _digests(process: "subprocess.Popen[str]") -> dict[str, Any]:
    shown, _ = process.communicate()
    assert process.returncode == 0
    digests: dict[str, Any] = json.loads(shown)
    return digests


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"}, reason="plays machines of its own family"
)
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_pixels_do_not_depend_on_the_vector_unit(
    machine: str, name: str, digests: dict[str, dict[str, str]]
) -> None:
    assert digests[machine][name] == json.loads(KEPT.read_text())[name]


def test_the_luma_that_surveys_see_is_added_up_in_one_order() -> None:
    """A matrix product adds as the machine likes it, and as the pixels lie in memory."""
    pixels = np.random.default_rng(0).random((301, 507, 3))
    planes = np.moveaxis(np.ascontiguousarray(np.moveaxis(pixels, -1, 0)), 0, -1)
    assert np.array_equal(reference_luma(pixels), reference_luma(planes))
