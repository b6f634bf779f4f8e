"""Where the recordings are, and how long a download may take. (Downloads: tests/integration.)"""

from nmautils.data import download
from nmautils.data.registry import RECORDINGS


def test_registry_holds_both_published_recordings():
    known = {r.name: (r.url, r.md5) for r in RECORDINGS.values()}
    assert known == {
        "W3D4_stringer_oribinned1.npz": (
            "https://osf.io/683xc/download",
            "436599dfd8ebe6019f066c38aed20580",
        ),
        "W3D4_stringer_oribinned6_split.npz": (
            "https://osf.io/p3aeb/download",
            "b3f7245c6221234a676b71a1f43c3bb5",
        ),
    }


def test_limits_of_auto_add_up_to_about_ten_seconds():
    limits = download.QUICK
    assert limits.lookup + limits.connect <= 10  # no network: not tried again
    assert limits.connect + limits.read <= 10  # a network that lets nothing through
    assert not limits.insist
    assert limits.retries == 1
