"""Checkpoints of the small planner's runs: a module and its optimizer, as bytes."""

import io

import torch

from training.runs import Run


def save(run: Run, module: torch.nn.Module, optimizer: torch.optim.Optimizer, step: int) -> None:
    """Keep where a run stands."""
    data = io.BytesIO()
    torch.save({"module": module.state_dict(), "optimizer": optimizer.state_dict()}, data)
    run.checkpoint(step, data.getvalue())


def resume(run: Run, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Go on from a run's checkpoint, if it has one; returns how many steps are done."""
    at = run.resume()
    if at is None:
        return 0
    state = torch.load(io.BytesIO(at.data), weights_only=True)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    return at.step
