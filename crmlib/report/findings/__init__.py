"""Results in, sentences out: one module a notebook."""
