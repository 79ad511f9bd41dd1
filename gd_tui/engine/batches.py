"""Mini-batches: which rows of the data each update uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Batches:
    """A fresh permutation of the rows every epoch, cut into batches; the last one may be short.

    The rows of an update are a function of (seed, batch size, update number) alone.
    """

    def __init__(self, rows: int, size: int, seed: int) -> None:
        """`rows` of data in batches of `size`; more than there are means all of them."""
        self.rows, self.size, self._seed = rows, min(size, rows), seed
        self.per_epoch = -(-rows // self.size)
        self._epoch = -1
        self._order: NDArray[np.intp] = np.arange(0)

    def epoch(self, update: int) -> int:
        """The epoch of an update, both counted from 0."""
        return update // self.per_epoch

    def rows_of(self, update: int) -> NDArray[np.intp]:
        """The rows that an update uses, shape (size,) or shorter at the end of an epoch."""
        epoch, turn = divmod(update, self.per_epoch)
        if epoch != self._epoch:
            # The second counter word tells these draws from those of an optimizer (see Moment.random).
            generator = np.random.Generator(np.random.Philox(key=self._seed, counter=[0, 0, 1, epoch]))
            self._epoch, self._order = epoch, generator.permutation(self.rows)
        return self._order[turn * self.size : (turn + 1) * self.size]
