"""`crm new`: from an export that nobody has described yet to a client file that runs."""
