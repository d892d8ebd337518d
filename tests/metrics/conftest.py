import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
from daemon import one_for_a_file  # noqa: E402, F401
