"""The real recordings: names, addresses and checksums of their files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recording:
    """A file of responses.

    Attributes
    ----------
    name : str
        File name.
    url : str
        Where it can be downloaded.
    md5 : str
        Checksum in hexadecimal.
    responses : tuple of str
        Names of its response matrices, stimuli x neurons. A vector ``stimuli`` (degrees) goes
        with them.

    Examples
    --------
    >>> from nmautils.data import RECORDINGS
    >>> RECORDINGS["one_degree"].responses
    ('resp',)
    """

    name: str
    url: str
    md5: str
    responses: tuple[str, ...]


# What to cite, in Markdown.
CITATION = "Stringer et al. 2021, *Cell*, <https://doi.org/10.1016/j.cell.2021.03.042>"
RECORDINGS = {
    "one_degree": Recording(
        name="W3D4_stringer_oribinned1.npz",
        url="https://osf.io/683xc/download",
        md5="436599dfd8ebe6019f066c38aed20580",
        responses=("resp",),
    ),
    "six_degree": Recording(
        name="W3D4_stringer_oribinned6_split.npz",
        url="https://osf.io/p3aeb/download",
        md5="b3f7245c6221234a676b71a1f43c3bb5",
        responses=("resp_train", "resp_test"),
    ),
}
