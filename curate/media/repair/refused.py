"""The one error of this folder."""


class CannotRepairError(ValueError):
    """A file that nothing here can mend for certain; says why, for people."""
