"""IEA: photos edited by conversation, as programs that can be read, replayed and audited."""
