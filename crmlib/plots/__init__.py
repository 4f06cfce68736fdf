"""One module a question: computed tables in, axes out."""
