"""What a hostile machine of a live region gets at: the scenarios' region and commission, asked for by name
(`python3 -m pytest tests/hostile`), as this has not been seen to pass as a whole yet."""
import importlib.util
import pathlib
import sys

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
sys.path.insert(0, str(SCENARIOS))
spec = importlib.util.spec_from_file_location("scenarios_conftest", SCENARIOS / "conftest.py")
scenarios = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scenarios)
region, commission = scenarios.region, scenarios.commission
