"""Videos, slides, the feedback form and the bar of a training show in a real kernel."""

import textwrap

import nbclient
import nbformat

from tests.support.paths import ROOT

WIDGET = "application/vnd.jupyter.widget-view+json"

CELLS = [
    # Without ipywidgets: plain links, a plain bar, and no warning from tqdm.
    """
    import os, sys
    sys.modules["ipywidgets"] = None
    os.environ["NMAUTILS_OFFLINE"] = "0"
    import torch
    from torch import nn
    import nmautils
    x = torch.ones(4, 1)
    """,
    "nmautils.video('A', youtube='abc', bilibili='def')",
    "nmautils.fit(nn.Linear(1, 1), nn.MSELoss(), x, x, n_iter=3, learning_rate=.1)",
    # And with it.
    """
    for name in [name for name in sys.modules if name.split(".")[0] in ("tqdm", "ipywidgets")]:
        del sys.modules[name]
    """,
    "nmautils.video('A', youtube='abc', bilibili='def')",
    "nmautils.fit(nn.Linear(1, 1), nn.MSELoss(), x, x, n_iter=3, learning_rate=.1)",
    "nmautils.feedback('W1D5_T1_Nonlinear_activations_Exercise')",
    "nmautils.slides('vb7c4')",
]


def test_everything_shows_in_a_real_kernel():
    v4 = nbformat.v4
    book = v4.new_notebook(cells=[v4.new_code_cell(textwrap.dedent(code)) for code in CELLS])
    resources = {"metadata": {"path": str(ROOT)}}
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=resources).execute()
    outputs = [cell.outputs for cell in book.cells]

    def streamed(cell, name):
        return "".join(
            o.text for o in outputs[cell] if o.output_type == "stream" and o.name == name
        )

    assert not any("Warning" in streamed(i, "stderr") for i in range(len(CELLS)))
    assert "ipywidgets is missing" in streamed(1, "stdout")
    assert "3/3" in streamed(2, "stderr")
    for cell in (4, 5, 6):
        assert any(WIDGET in o.get("data", {}) for o in outputs[cell]), cell
        assert streamed(cell, "stderr") == ""
    assert "youtube.com/watch?v=abc" in outputs[4][0].data["text/plain"]
    assert "osf.io/vb7c4" in outputs[7][0].data["text/html"]
    assert "History(3 updates" in outputs[5][-1].data["text/plain"]
