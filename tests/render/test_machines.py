"""The same bits on machines with other vector units."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.render.test_engine import GOLDEN

_CODE = "from tests.render.test_engine import golden_digest; print(golden_digest())"


@pytest.mark.parametrize(
    ("name", "features"), [("x86-64", ""), ("haswell", "+avx2,+fma,-avx512f")], ids=["sse2", "avx2"]
)
def test_the_pixels_do_not_depend_on_the_vector_unit(
    name: str, features: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": name,
        "NUMBA_CPU_FEATURES": features,
        # Kernels compiled for another machine must not be found by the other tests.
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    shown = subprocess.run(
        [sys.executable, "-c", _CODE], env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == GOLDEN
