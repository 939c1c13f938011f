"""What keeps a command from being carried out."""


class CommandError(Exception):
    """The command cannot be carried out; the message says why, for the operator, in one line."""


class LineError(Exception):
    """A line of an import makes no user; the message says why, and repeats none of its values."""
