"""The plan, the run, the verdict and the manifest of a client's reports."""
