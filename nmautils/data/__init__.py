"""Recordings of mouse V1, real and simulated (docs/recordings.md)."""

from nmautils.data.cache import data_dir
from nmautils.data.download import DownloadError
from nmautils.data.loading import (
    get_data,
    load_data,
    load_data_split,
    recording_label,
    split_train_test,
)
from nmautils.data.registry import RECORDINGS, Recording
from nmautils.data.simulated import simulate, simulate_split

__all__ = [
    "RECORDINGS",
    "DownloadError",
    "Recording",
    "data_dir",
    "get_data",
    "load_data",
    "load_data_split",
    "recording_label",
    "simulate",
    "simulate_split",
    "split_train_test",
]
