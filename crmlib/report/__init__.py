"""Exhibits, findings and publishers: what a notebook says, and the pages and workbooks it becomes."""
