"""The planner service: words and a photo in, a change of the program out."""
