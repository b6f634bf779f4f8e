"""E-mail addresses that letters can have in their heads."""

import re

__all__ = ["address_in", "is_address"]

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address and nothing else."""
    # What is between =? and ?= is decoded when a letter is written, to a line end for one.
    return _ADDRESS.fullmatch(text) is not None and text.isprintable() and "=?" not in text


def address_in(text: str) -> str:
    """Give the one address of a text such as ``Jane Doe <jane@example.org>``; else nothing."""
    from email.message import EmailMessage  # which takes a while, and few courses send letters
    from email.policy import SMTP

    if not text.isprintable() or "=?" in text:
        return ""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = text
        head = message["From"]
    except (ValueError, IndexError, AttributeError, TypeError):  # by kinds of nonsense
        return ""
    addresses = [one.addr_spec for one in head.addresses]
    wrong = [each for each in head.defects if type(each).__name__ != "NonASCIILocalPartDefect"]
    return addresses[0] if len(addresses) == 1 and not wrong and is_address(addresses[0]) else ""
