"""The number of neurons: as in the real recording (full), or fewer, to be quick (small)."""

import os

N_NEURONS = {"full": 23589, "small": 2000}


def profile() -> str:
    """Read the profile from the environment variable ``NMAUTILS_PROFILE``.

    Returns
    -------
    str
        ``"full"`` (also where the variable is not set) or ``"small"``.

    Raises
    ------
    ValueError
        If the variable holds anything else.

    Examples
    --------
    >>> from nmautils.profile import profile
    >>> profile() in ("full", "small")
    True
    """
    return _checked(os.environ.get("NMAUTILS_PROFILE", "").strip() or "full", "NMAUTILS_PROFILE")


def n_neurons(profile: str | None = None) -> int:
    """Number of neurons of a profile.

    Parameters
    ----------
    profile : {"full", "small"}, optional
        By default the profile of the environment variable.

    Returns
    -------
    int
        23,589 or 2,000.

    Raises
    ------
    ValueError
        If there is no such profile.

    Examples
    --------
    >>> from nmautils.profile import n_neurons
    >>> n_neurons("small")
    2000
    """
    return N_NEURONS[_from_environment() if profile is None else _checked(profile, "profile")]


def _checked(name: str, where: str) -> str:
    if name not in N_NEURONS:
        raise ValueError(f"{where} is {name!r}: it can be 'full' or 'small'")
    return name


_from_environment = profile  # an argument of n_neurons has the same name
