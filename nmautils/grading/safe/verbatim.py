"""Tell code and formulas from the rest of a Markdown text."""

import re
from collections.abc import Callable

__all__ = ["VERBATIM", "outside_code"]

# Fenced code, code spans and formulas, whose text is not Markdown.
VERBATIM = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?)??(?:^ {0,3}(?P=fence)[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`{1,8})(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>(?<!\\)(?:\$\$[^$]+\$\$|\$[^$\n]+\$))",
    re.MULTILINE | re.DOTALL,
)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change a Markdown text where it is not code.

    What has a picture between two dollar signs is no formula: they become plain signs.
    """
    parts, position = [], 0
    for match in VERBATIM.finditer(text):
        parts.append(change(text[position : match.start()]))
        changed = match[0] if match["code"] else change(match[0])
        if match["math"] and "](attachment:" in changed:
            changed = re.sub(r"(?<!\\)\$", r"\\$", changed)
        parts.append(changed)
        position = match.end()
    parts.append(change(text[position:]))
    return "".join(parts)
