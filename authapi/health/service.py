"""What has to be there before the service can serve."""

from collections.abc import Callable, Mapping

Check = Callable[[], str | None]
"""Returns None when all is well, else what is wrong, in words that hold no secret."""


class Readiness:
    """Runs the checks that were given to it, by name."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def report(self) -> dict[str, str]:
        """Return each check's name with "ok" or what is wrong; one that needs a failed one waits.

        The checks run in their order, and the first failure ends the round: a database that is
        away is waited for once.
        """
        report = dict.fromkeys(self._checks, "not checked")
        for name, check in self._checks.items():
            report[name] = check() or "ok"
            if report[name] != "ok":
                break
        return report
