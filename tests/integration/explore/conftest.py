import matplotlib as mpl
import pytest

from nmautils.explore import _explorer


@pytest.fixture(autouse=True)
def _coarse_pictures():
    """Draw with few dots: nobody looks at these pictures."""
    with mpl.rc_context({"figure.dpi": 40}):
        yield


@pytest.fixture
def live(monkeypatch):
    """Pretend that somebody can move sliders."""
    monkeypatch.setattr(_explorer, "is_live", lambda: True)
