"""All that a client needs to edit photos by conversation."""
