"""The small planner: a sentence encoder with heads, for CPUs."""
