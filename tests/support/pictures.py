"""Pictures made of numbers."""

import io

import numpy as np
from PIL import Image


def png(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG", **options)
    return buffer.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def gradient(height=60, width=90):
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 255 // height, columns * 255 // width, rows * 0], axis=-1)
