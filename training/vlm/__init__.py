"""The training of a vision-language planner (Qwen2.5-VL and its kin): the `vlm` size of the stages.

Models are folders that the user gives: nothing is fetched from a hub, and nothing is told to one.
"""

import os

from huggingface_hub import constants

# trl reports each run to its makers otherwise. The first is for processes that are started here,
# the second for this one, whatever was imported before.
os.environ["HF_HUB_OFFLINE"] = "1"
constants.HF_HUB_OFFLINE = True
