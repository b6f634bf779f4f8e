"""Links in a submission are set aside before nbgrader follows them."""

import pytest

from nmautils.grading.nbgrader_plugins.autograde import set_links_aside


@pytest.mark.parametrize("name", ["submitted", "work of students"])
def test_links_are_set_aside_whatever_the_folder_is_called(tmp_path, name):
    folder = tmp_path / name / "ada" / "tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.ipynb").write_text("{}")
    (folder / "link").symlink_to("/etc/hostname")
    set_links_aside([str(folder / "tiny.ipynb")])
    assert [path.name for path in folder.iterdir()] == ["tiny.ipynb"]
    assert (tmp_path / ".nmautils/set-aside/ada/tiny/link").is_symlink()
