"""First code of every process of ours that the engine starts: guard, then the module or folder named first.

Run by path, so that it finds this checkout whatever the working directory is.
"""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from toolchain.process import guard

guard()
del sys.argv[0]
if Path(sys.argv[0]).is_dir():
    runpy.run_path(sys.argv[0], run_name="__main__")
else:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
