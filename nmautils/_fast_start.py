"""To be imported first by our own programs: spares each of them two seconds.

jsonschema, under nbformat, checks addresses with ``rfc3987_syntax`` if it finds that package, whose
import builds a grammar. No schema of a notebook asks for such a check.
"""

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)
