"""That a replay can fail: whatever an answer has of its own, one that differs in it is told apart from the recorded one."""
import copy

import pytest

import calls
from likeness import OF_THE_CALL, SECRET, TOKEN, Bindings, Difference, Likeness, is_time, tree_of


def require(recorded, now, likeness=None):
    (likeness or Likeness(Bindings())).require(recorded, now)


def told_apart(recorded, now):
    try:
        require(recorded, now)
    except Difference:
        return True
    return False


def test_what_a_region_makes_up_may_differ_and_is_the_same_thing_wherever_it_comes_up():
    recorded = {"VpcId": "vpc-0123456789abcdef0", "Subnets": [{"Vpc": "vpc-0123456789abcdef0", "At": "2026-11-29T14:00:00Z"}]}
    require(recorded, {"VpcId": "vpc-00000000000000001", "Subnets": [{"Vpc": "vpc-00000000000000001", "At": "2027-01-01T00:00:00Z"}]})
    assert told_apart(recorded, {"VpcId": "vpc-00000000000000001", "Subnets": [{"Vpc": "vpc-00000000000000002", "At": "2027-01-01T00:00:00Z"}]})
    assert told_apart(recorded, {"VpcId": "igw-00000000000000001", "Subnets": [{"Vpc": "igw-00000000000000001", "At": "2027-01-01T00:00:00Z"}]})


def test_two_things_do_not_become_one():
    recorded = [{"Id": "i-0123456789abcdef0"}, {"Id": "i-0123456789abcdef1"}]
    assert told_apart(recorded, [{"Id": "i-00000000000000001"}, {"Id": "i-00000000000000001"}])


def test_what_the_asker_said_comes_back_as_it_was_said():
    likeness = Likeness(Bindings())
    assert likeness.bindings.translate("10.1.0.0/16") == "10.1.0.0/16"
    with pytest.raises(Difference):
        likeness.require({"CidrBlock": "10.1.0.0/16"}, {"CidrBlock": "10.2.0.0/16"})


def test_only_what_is_sorted_by_made_up_ids_may_come_in_another_order():
    recorded = [{"Id": "i-0123456789abcdef0", "Name": "a"}, {"Id": "i-0123456789abcdef1", "Name": "b"}]
    now = [{"Id": "i-00000000000000002", "Name": "b"}, {"Id": "i-00000000000000001", "Name": "a"}]
    require(recorded, now)
    assert told_apart([{"Name": "a"}, {"Name": "b"}], [{"Name": "b"}, {"Name": "a"}])


def test_a_comparison_that_fails_has_bound_nothing():
    likeness = Likeness(Bindings())
    with pytest.raises(Difference):
        likeness.require(["i-0123456789abcdef0", "running"], ["i-00000000000000001", "stopped"])
    likeness.require(["i-0123456789abcdef0", "running"], ["i-00000000000000002", "running"])


def broken(tree):
    """(what was done, the tree with one thing of it broken), for everything in it."""
    if isinstance(tree, dict):
        for name in tree:
            yield f"without {name}", {other: value for other, value in tree.items() if other != name}
            for what, below in broken(tree[name]) if name not in OF_THE_CALL else ():
                yield f"{name}/{what}", {**tree, name: below}
        yield "with a member more", {**tree, "Unheard": "of"}
    elif isinstance(tree, list):
        if tree:
            yield "one less", tree[:-1]
            yield "one twice", [*tree, copy.deepcopy(tree[-1])]
        for i, one in enumerate(tree):
            for what, below in broken(one):
                yield f"[{i}]/{what}", [*tree[:i], below, *tree[i + 1:]]
    elif isinstance(tree, bool):
        yield "the contrary", not tree
    elif isinstance(tree, (int, float)):
        if not is_time(tree):
            yield "one more", tree + 1
        yield "as text", str(tree)
    elif isinstance(tree, str) and SECRET not in tree:
        yield "another word", tree + "x" if not TOKEN.search(tree) else TOKEN.sub("", tree) + "x"
        yield "nothing", None


@pytest.mark.parametrize("cycle", ["commission", "every_kind"])
def test_every_member_that_is_broken_is_told_apart(cycle):
    """The first answer of each operation that the recording has, broken in every place; of a long one in some, evenly."""
    missed, tried, seen = [], 0, set()
    for call in calls.load(cycle):
        if call.operation in seen:
            continue
        seen.add(call.operation)
        tree = tree_of(call.answer)
        require(tree, copy.deepcopy(tree))
        all_broken = list(broken(tree))
        for what, other in all_broken[::1 + len(all_broken) // 60]:
            tried += 1
            if not told_apart(tree, other):
                missed.append(f"{call.service}:{call.operation}: {what}")
    print(f"{tried} broken answers of {len(seen)} operations")
    assert tried > 1000 and missed == []


def test_cbor_is_read_as_the_json_that_it_would_be():
    body = bytes.fromhex("bf684e6578745479706563" + "6f6e65" + "6454696d65" + "c1fb41d954fc40000000" + "6556616c7565" + "83f5f6f93c00" + "614e3863" + "6142" + "4101" + "ff").decode("latin-1")
    assert tree_of(body) == {"NextType": "one", "Time": 1_700_000_000.0 - 0.0, "Value": [True, None, 1.0], "N": -100, "B": "01"}
    require(tree_of(body), tree_of(body.replace("one", "one")))
    assert told_apart(tree_of(body), tree_of(body.replace("one", "two")))
