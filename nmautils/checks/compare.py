"""Yours and the expected numbers side by side, for a check of numbers that failed.

`compare` only looks at the numbers, in no time worth a word. What it gives is drawn, at most once a
cell, when somebody looks at the score.
"""

import contextlib
import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Comparison", "Picture", "compare"]

Numbers: TypeAlias = npt.NDArray[np.float64]

FEWEST = 3  # numbers; fewer stand in the hint
LONGEST_ROW = 12  # numbers of a list that is written, not drawn
LONGEST_CURVE = 5_000  # numbers
MOST_NUMBERS = 1_000_000  # of an array that is looked at
MOST_CELLS = 48  # rows or columns of a matrix that are drawn
MOST_MAPS = 3  # of a stack that are drawn
LARGEST = 1e30  # what is larger is drawn as a gap, as is what is not finite
BYTES = 30_000  # of a drawing; base64 makes 40 kB of it


@dataclass(frozen=True)
class Picture:
    """Yours and the expected numbers, in plain values that turn into JSON.

    Parameters
    ----------
    alt : str
        In words, what differs.
    png : str
        The drawing, in base64; empty if the numbers are written.
    yours, expected : tuple of str
        The numbers of a short list, to be written below each other.
    """

    alt: str
    png: str = ""
    yours: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two arrays of one shape that differ; axes of length one are left out, gaps are nan.

    Parameters
    ----------
    yours, expected : numpy.ndarray
        A list, a matrix or a stack of maps.
    worst : tuple of int
        Where they differ most.
    """

    yours: Numbers
    expected: Numbers
    worst: tuple[int, ...]

    def picture(self) -> Picture | None:
        """Draw or write the numbers; None if that does not work or takes too much room."""
        if self.yours.ndim == 1 and self.yours.size <= LONGEST_ROW:
            yours, expected = _written(self.yours, self.expected)
            return Picture(self.alt, yours=yours, expected=expected)
        # A check must not fail because it cannot be drawn, whatever the student's numbers are.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            png = self._drawn()
            if 0 < len(png) <= BYTES * 4 // 3:
                return Picture(self.alt, png)
        return None

    def _drawn(self) -> str:
        # Here, since drawing needs matplotlib, and checks that hold do not.
        from nmautils.checks.draw import draw_curves, draw_maps

        if self.yours.ndim == 1:
            return draw_curves(self.yours, self.expected)
        rows, columns = self._window
        maps = [
            (
                self._name(each) if self._stack else "",
                self.yours[each][rows, columns],
                self.expected[each][rows, columns],
            )
            for each in self._shown
        ]
        return draw_maps(maps, (rows.start, columns.start))

    @property
    def _stack(self) -> tuple[int, ...]:
        """Shape of what holds the maps; empty for a matrix."""
        return self.yours.shape[:-2]

    @property
    def _differing(self) -> list[tuple[int, ...]]:
        """Positions of the maps that differ."""
        apart = ~_same(self.yours, self.expected)
        return [tuple(map(int, at)) for at in np.argwhere(apart.any(axis=(-2, -1)))]

    @property
    def _shown(self) -> list[tuple[int, ...]]:
        """Positions of the maps that are drawn: the first that differ, and the worst one."""
        if not self._stack:
            return [()]
        worst = self.worst[:-2]
        others = [each for each in self._differing if each != worst]
        return sorted([worst, *others[: MOST_MAPS - 1]])

    @property
    def _window(self) -> tuple[slice, slice]:
        """Rows and columns that are drawn: a part of a large matrix, around the worst number."""
        most = int(MOST_CELLS / len(self._shown) ** 0.5)
        first, second = (
            slice(start, start + min(most, length))
            for length, at in zip(self.yours.shape[-2:], self.worst[-2:], strict=True)
            for start in [min(max(0, at - most // 2), max(0, length - most))]
        )
        return first, second

    @staticmethod
    def _name(position: tuple[int, ...]) -> str:
        return f"map {', '.join(map(str, position))}"

    @property
    def alt(self) -> str:
        """What differs, in words."""
        (mine,), (theirs,) = _written(self.yours[self.worst][None], self.expected[self.worst][None])
        said = (
            f"{self._what}; they differ most at {self._place}, counted from 0: "
            f"{mine} against {theirs}."
        )
        gaps = int(np.sum(np.isnan(self.yours)))
        if gaps:
            said += f" {gaps} of yours {'is' if gaps == 1 else 'are'} not finite, or too large."
        return said

    @property
    def _what(self) -> str:
        *_, columns = shape = self.yours.shape
        if len(shape) == 1:
            return f"Your {columns} numbers and the expected ones"
        rows = shape[-2]
        if not self._stack:
            part = " (a part of both)" if max(rows, columns) > MOST_CELLS else ""
            return f"Your {rows} x {columns} matrix beside the expected one{part}"
        differing, shown = len(self._differing), len(self._shown)
        return (
            f"Your maps beside the expected ones: {differing} of {int(np.prod(self._stack))} maps, "
            f"each {rows} x {columns}, differ"
            + (f", {shown} of which are shown" if differing > shown else "")
        )

    @property
    def _place(self) -> str:
        if len(self.worst) == 1:
            return f"index {self.worst[0]}"
        place = f"row {self.worst[-2]}, column {self.worst[-1]}"
        return f"{self._name(self.worst[:-2])}, {place}" if self._stack else place


def compare(yours: Numbers, expected: Numbers) -> Comparison | None:
    """Lay two arrays beside each other; None where that would show nothing.

    Parameters
    ----------
    yours, expected : numpy.ndarray
        What came and what was asked for. Shapes may differ by axes of length one.
    """
    yours, expected = np.squeeze(yours), np.squeeze(expected)
    if yours.shape != expected.shape or not FEWEST <= yours.size <= MOST_NUMBERS:
        return None
    if yours.ndim == 1 and yours.size > LONGEST_CURVE:
        return None
    yours, expected = _gaps(yours), _gaps(expected)
    apart = np.abs(yours - expected)
    if np.all(np.isnan(apart)) or np.all(_same(yours, expected)):
        return None
    worst = np.unravel_index(int(np.nanargmax(apart)), apart.shape)
    if _same(yours[worst], expected[worst]):  # only gaps differ
        worst = np.argwhere(~_same(yours, expected))[0]
    return Comparison(yours, expected, tuple(map(int, worst)))


def _same(yours: Any, expected: Any) -> Any:
    return np.isclose(yours, expected, rtol=1e-4, atol=1e-6, equal_nan=True)


def _gaps(numbers: Numbers) -> Numbers:
    """Put nan in place of what cannot be drawn."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def _written(yours: Numbers, expected: Numbers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write numbers with as few digits as show that they differ."""
    apart = ~_same(yours, expected)
    for digits in (3, 4, 6):
        mine, theirs = ([_short(x, digits) for x in each] for each in (yours, expected))
        if all(a != b for a, b, differ in zip(mine, theirs, apart, strict=True) if differ):
            break
    return tuple(mine), tuple(theirs)


def _short(number: Any, digits: int = 3) -> str:
    if np.isnan(number):
        return "not finite"
    return f"{number + 0.0:.{digits}g}".replace("-", "\N{MINUS SIGN}")
