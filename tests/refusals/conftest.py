import pathlib
import sys

sys.path += [str(pathlib.Path(__file__).resolve().parents[1] / name) for name in ("crash", "replay")]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import one_for_a_file  # noqa: E402, F401
