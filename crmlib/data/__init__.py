"""The door: export files in, canonical tables out, with a ledger of every row and yen."""
