"""IEA side by side with its peers: each table is one run on one machine, as ratios."""
