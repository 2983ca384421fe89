"""The command `synthgen`: a room for each family of subcommands, thin above what they call."""

import os
import sys

_BLAS = "OPENBLAS_NUM_THREADS"

# NumPy begins threads for matrices, of which a command has none: 50 ms of its CPU. Only while NumPy loads: JupyterLab,
# which a command may start, has them
if "numpy" not in sys.modules and _BLAS not in os.environ:
    os.environ[_BLAS] = "1"
    import numpy as np  # noqa: F401

    del os.environ[_BLAS]
