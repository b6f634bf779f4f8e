"""A whole training goes the way of the golden values."""

import pytest

from nmautils.training import train_cnn
from tests.support.tilt_task import tilt_task


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
