"""The training of planners: data, stages, evaluation."""
