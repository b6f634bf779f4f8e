"""A whole training along the golden losses, and the progress bar of a real terminal."""

import os
import re
import struct
import subprocess
import sys

import pytest

from nmautils.training import train_cnn
from tests.support.paths import ROOT
from tests.support.training import tilt_task


def test_cnn_trains_along_the_golden_losses(golden, capsys):
    net, images, labels = tilt_task(golden)
    losses = train_cnn(net, images, labels, progress=False)
    assert len(losses) == 250
    assert losses == pytest.approx(golden["t3_train_losses"].tolist(), rel=1e-3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[0].strip() for line in lines[:5]] == [
        f"epoch {n}/25" for n in (5, 10, 15, 20, 25)
    ]
    assert [line.split()[-1] for line in lines[:3]] == ["4.10e-01", "5.17e-02", "1.32e-02"]
    assert len(lines) == 6
    right = ((net(images) > 0.5) == (labels > 0.5)).float().mean()
    assert right >= 0.998


PROGRAM = """
import torch
from torch import nn
from nmautils.training import fit
torch.manual_seed(0)
x = torch.randn(8, 3)
fit(nn.Linear(3, 1), nn.MSELoss(), x, x[:, :1], n_iter=40, learning_rate=0.1, report=2)
fit(nn.Linear(3, 1), nn.MSELoss(), x, x[:, :1], n_iter=30, learning_rate=0.1)
"""


@pytest.mark.parametrize(
    "first", ["import sys; sys.modules['ipywidgets'] = None", "import ipykernel.kernelapp"]
)
def test_a_terminal_shows_a_bar_with_the_loss_and_no_warning(first):
    pty = pytest.importorskip("pty", reason="only Unix has terminals that a program can make")
    import fcntl
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    root = ROOT
    process = subprocess.Popen(
        [sys.executable, "-W", "always", "-c", first + PROGRAM],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        cwd=root,
    )
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    finally:
        os.close(leader)
        process.wait(timeout=60)
    text = shown.decode()
    assert process.returncode == 0, text
    assert "iteration 20/40 | train loss:" in text
    assert re.search(r"training: 100%.*30/30.*loss \d", text), text
    assert "Warning" not in text
