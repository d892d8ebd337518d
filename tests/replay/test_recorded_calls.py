"""What Terraform's AWS provider asked of a region, and what it was answered, from create to destroy: asked again, without Terraform, of
a daemon of its own whose host side is one of memory. It answers the same, but for what a region makes up."""
import time

import pytest

import calls
import daemon as live
import inputs
from host import HostOfMemory
from likeness import Difference
from player import Player

MOST_DIFFERENCES = 5  # after which the rest follows from them
MOST_SECONDS = 120  # it takes five on a machine that does nothing else


@pytest.mark.parametrize("cycle", ["commission", "every_kind"])
def test_the_recorded_calls_of_a_cycle_are_answered_as_they_were(cycle, tmp_path):
    daemon = live.Daemon(tmp_path)
    daemon.host = HostOfMemory()
    daemon.start()
    try:
        player = Player(daemon, inputs.forms(inputs.certificate(tmp_path)))
        began, different = time.monotonic(), []
        recorded = calls.load(cycle)
        for i, call in enumerate(recorded):
            assert time.monotonic() - began < MOST_SECONDS, f"call {i} of {len(recorded)} only; {different}"
            try:
                player.play(call)
            except Difference as difference:
                different.append(f"{call.step}, call {i}, {call.service}:{call.operation}: {difference}")
                if len(different) == MOST_DIFFERENCES:
                    break
        print(f"{len(recorded)} calls in {time.monotonic() - began:.1f} s, of {len({(one.service, one.operation) for one in recorded})} operations")
        assert different == [], "\n".join(different)
        assert daemon.host.unknown == []
    finally:
        daemon.stop()
