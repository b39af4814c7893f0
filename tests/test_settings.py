"""Settings come from the environment, all checked at once."""

from pathlib import Path

import pytest

from iea.errors import InvalidError
from iea.settings import Settings


def test_the_data_folder_is_the_users(tmp_path: Path) -> None:
    assert Settings.from_environment({"XDG_DATA_HOME": str(tmp_path)}).data_dir == tmp_path / "iea"
    home = Settings.from_environment({"XDG_DATA_HOME": "not/absolute"}).data_dir
    assert home == Path.home() / ".local" / "share" / "iea"


def test_variables_set_what_they_name(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "IEA_DATA_DIR": str(tmp_path),
            "IEA_PLANNER_ADDRESS": "planner.iea.svc:50052",
            "IEA_TRACES_ADDRESS": "unix:/run/iea/traces",
            "IEA_METRICS_PORT": "9100",
            "IEA_DEADLINE_S": "2.5",
            "IEA_DECODE_SANDBOX": "0",
            "IEA_RENDER_CACHE_BYTES": "0",
            "IEA_BATCHES": "2",
            "IEA_PREVIEWS": "3",
            "IEA_HOST": "",
        }
    )
    assert settings.data_dir == tmp_path
    assert settings.planner_address == "planner.iea.svc:50052"
    assert settings.traces_address == "unix:/run/iea/traces"
    assert settings.metrics_port == 9100
    assert settings.deadline_s == 2.5
    assert settings.decode_sandbox is False
    assert Settings.from_environment({"IEA_DECODE_SANDBOX": "1"}).decode_sandbox is True
    assert settings.render_cache_bytes == 0
    assert (settings.batches, settings.previews) == (2, 3)
    assert settings.host == "127.0.0.1"


def test_every_fault_is_listed_at_once() -> None:
    wrong = {
        "IEA_PLANNER_ADDRESS": "planner",
        "IEA_QUALITY_ADDRESS": "host:99999",
        "IEA_METRICS_PORT": "-1",
        "IEA_RPC_WORKERS": "0",
        "IEA_DECODE_SANDBOX": "yes",
        "IEA_PREVIEWS": "0",
        "IEA_GRACE_S": "soon",
        "IEA_DEADLINE_S": "nan",
        "IEA_HOST": "a b",
    }
    with pytest.raises(InvalidError) as failed:
        Settings.from_environment(wrong)
    assert {v.field for v in failed.value.violations} == set(wrong)
    assert all(name in str(failed.value) for name in wrong)
