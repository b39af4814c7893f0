"""A stage from the shell, on one device or, by `accelerate launch -m training.vlm`, on several."""

import argparse
import sys
from pathlib import Path

from iea.errors import IeaError
from training.records import Dataset
from training.vlm import grpo, sft
from training.vlm.settings import Grpo, read


def main() -> int:
    """Run a stage; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.vlm", description=__doc__)
    parser.add_argument("settings", type=Path, help="a file such as training/vlm/config/sft.toml")
    parser.add_argument("--model", type=Path, required=True, help="the folder to start from")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data set")
    parser.add_argument("--run", type=Path, required=True, help="the folder of the run")
    given = parser.parse_args()
    try:
        settings, data = read(given.settings), Dataset(given.data)
        if isinstance(settings, Grpo):
            grpo.train(given.run, given.model, data, settings)
        else:
            sft.train(given.run, given.model, data, settings, name=given.settings.stem)
    except IeaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
