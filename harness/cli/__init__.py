"""The command `harness`: words in, sentences out; the work is done elsewhere."""
