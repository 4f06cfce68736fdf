"""One module a method: frames in, frames or frozen results out; no files, no plots, no clock, no language."""
