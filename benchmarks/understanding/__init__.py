"""How well the planner understands: requests written after the corpus, judged on pixels."""
