"""One check whose body is a function, for the tests of `nmautils.checks`."""

from nmautils.checks import CheckResult, Checks


def attempt(action, **options) -> CheckResult:
    """Run one check whose body is `action`."""
    checks = Checks("exercise", **options)
    with checks("a check", points=2):
        action(checks)
    (result,) = checks.results
    return result


def raising(error: BaseException):
    def action(checks):
        raise error

    return action
