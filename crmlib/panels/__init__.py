"""ipywidgets panels for the desk; headless they draw their default."""
