"""The one exception whose text is meant for a person."""

from __future__ import annotations


class UserError(ValueError):
    """One sentence about a request, a client file or an export that cannot be used as it is.

    The command line prints the sentence alone; everything else that is raised is a defect of ours.

    Example:
        >>> raise UserError("parameters/acme.yml line 3: unknown key 'currenci', did you mean 'currency'?")
        Traceback (most recent call last):
        ...
        crmlib.errors.UserError: parameters/acme.yml line 3: unknown key 'currenci', did you mean 'currency'?
    """
