"""Kernels that compute the same in less time; for the scripts that write style networks.

``per_phase``: a picture is enlarged by repeating its pixels and then convolved. Of the 3x3 pixels
that the convolution sees then, only 2x2 differ: each of the four places within a repeated pixel
gets a kernel for the small picture, made by adding up weights (Shi et al. 2016, "Is the
deconvolution layer the same as a convolutional layer?").

``per_block``: a convolution with few channels and a large kernel becomes one with four times the
channels over blocks of 2x2 pixels: processors work on 8 or 16 channels at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def per_phase(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn a 3x3 kernel for an enlarged picture into four for the small one, channels first.

    ``kernel`` (out, in, 3, 3) becomes (4 out, in, 3, 3): output c of the place (y, x) within a
    repeated pixel is channel 4c + 2y + x, as DepthToSpace in CRD mode wants it.
    """
    seen = np.zeros((2, 3, 3))  # place, pixel of the small picture, pixel of the enlarged one
    seen[0, 0, 0] = seen[0, 1, 1] = seen[0, 1, 2] = 1
    seen[1, 1, 0] = seen[1, 1, 1] = seen[1, 2, 2] = 1
    outputs, inputs = kernel.shape[:2]
    made = np.einsum("yam,xbn,oimn->oyxiab", seen, seen, kernel.astype(np.float64))
    return made.reshape(4 * outputs, inputs, 3, 3).astype(np.float32)


def per_block(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn a 9x9 kernel for pixels into a 5x5 kernel for blocks of 2x2 of them.

    ``kernel`` (out, in, 9, 9) becomes (4 out, 4 in, 5, 5); inputs in the order of SpaceToDepth
    (the place first, then the channel), outputs as in ``per_phase``.
    """
    seen = np.zeros((2, 5, 2, 9))  # place of the output, block, place in it, pixel of the kernel
    for place in range(2):
        for pixel in range(9):
            block, inside = divmod(place + pixel, 2)
            seen[place, block, inside, pixel] = 1
    outputs, inputs = kernel.shape[:2]
    made = np.einsum("yapm,xbqn,oimn->oyxpqiab", seen, seen, kernel.astype(np.float64))
    return made.reshape(4 * outputs, 4 * inputs, 5, 5).astype(np.float32)
