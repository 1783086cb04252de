"""What the operator has to put right."""


class SetUpError(Exception):
    """The database cannot be used as it is set up; the text says why and what to do, and commands show it as it is."""
