"""What `verify` and `lint` find."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something wrong, and where: ``where`` names file, line or cell as far as known."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"
