"""Task packs: a small one started, solved, marked, broken, and marked again; and what a competitor cannot do."""
import json
import subprocess

import pytest

from contest import EXAMPLES, Contest, snapshot
from region import HANBAT, run, wait_until

PACK = EXAMPLES / "first-server"


@pytest.fixture(scope="module")
def solved(region):
    contest = Contest(region, "first-server")
    contest.solve()
    yield contest
    contest.shell("aws ec2 terminate-instances --instance-ids $(aws ec2 describe-instances --query 'Reservations[].Instances[].InstanceId' --output text)",
                  check=False)
    contest.stop()


def refused(*arguments, env):
    done = run(HANBAT, "task", *arguments, env=env, check=False)
    assert done.returncode == 1
    return done.stdout


def test_a_solved_account_has_all_points_twice_and_stays_as_it_was(solved):
    before = snapshot(solved)
    assert solved.failing() == {}
    assert solved.failing() == {}
    assert snapshot(solved) == before


def test_exactly_the_item_that_was_broken_fails(solved):
    server = solved.shell("aws ec2 describe-instances --filters Name=tag:Name,Values=first-server --query 'Reservations[0].Instances[0].InstanceId' --output text").strip()
    solved.shell(f"aws ec2 create-tags --resources {server} --tags Key=team,Value=red")
    try:
        assert solved.failing() == {"1.2": []}
        [missed] = [one for one in solved.sheet("1.2")["1.2"]["expectations"] if not one["met"]]
        assert (missed["expected"], missed["seen"]) == ("blue", "red")
    finally:
        solved.shell(f"aws ec2 create-tags --resources {server} --tags Key=team,Value=blue")


def test_a_hostile_name_stays_text_in_the_sheets(solved):
    hostile = "<script>alert(1)</script>\x1b[2J"
    server = solved.shell("aws ec2 describe-instances --filters Name=tag:Name,Values=first-server --query 'Reservations[0].Instances[0].InstanceId' --output text").strip()
    solved.shell(f"aws ec2 create-tags --resources {server} --tags 'Key=team,Value=<script>alert(1)</script>'")
    try:
        assert solved.failing("1.2") == {"1.2": []}
        newest = sorted((solved.folder / "sheets").iterdir())[-1]
        assert "&lt;script&gt;alert(1)" in (newest / "sheet.ko.html").read_text()
        assert "<script" not in (newest / "sheet.ko.html").read_text()
        assert hostile[-4:] not in (newest / "sheet.en.txt").read_text()
    finally:
        solved.shell(f"aws ec2 create-tags --resources {server} --tags Key=team,Value=blue")


def test_what_a_competitor_has_made_is_collected_as_an_archive(region, solved, tmp_path):
    bucket = f"kept-{solved.name}"
    solved.shell(f"aws s3 mb s3://{bucket}; echo mine | aws s3 cp - s3://{bucket}/notes/one.txt; aws codecommit create-repository --repository-name empty")
    try:
        run(HANBAT, "task", "collect", "--competitor", solved.name, "--to", tmp_path, env=region.env)
        run("tar", "-C", tmp_path, "-xzf", tmp_path / f"{solved.name}.tar.gz")
        kept = tmp_path / solved.name
        assert (kept / "s3" / bucket / "notes/one.txt").read_text() == "mine\n"
        [server] = [i for r in json.loads((kept / "ec2/instances.json").read_text())["Reservations"] for i in r["Instances"]]
        assert json.loads((kept / f"ec2/user-data-{server['InstanceId']}.json").read_text())["UserData"]["Value"]
        assert json.loads((kept / "iam/users.json").read_text())["Users"][0]["UserName"] == "competitor"
        errors = kept / "errors.txt"
        assert not errors.exists() or errors.read_text().strip() == "", errors.read_text()
    finally:
        solved.shell(f"aws s3 rb --force s3://{bucket}; aws codecommit delete-repository --repository-name empty")


def test_an_account_that_holds_nothing_has_no_points(region, solved):
    other = Contest(region, "first-server")
    assert all(item["earned"] == 0 for item in other.sheet().values())
    other.stop()


def test_a_competitor_cannot_touch_the_judge_nor_see_another_account(region, solved):
    other = Contest(region, "first-server")
    assert "explicit deny in a service control policy" in other.shell(
        "aws iam attach-role-policy --role-name hanbat-judge --policy-arn arn:aws:iam::aws:policy/AdministratorAccess 2>&1", check=False)
    assert "explicit deny in a service control policy" in other.shell("aws iam delete-role --role-name OrganizationAccountAccessRole 2>&1", check=False)
    assert other.shell("aws ec2 describe-instances --query 'Reservations[]'").strip() == "[]"
    other.stop()


def test_a_clock_that_is_over_ends_the_competitors_calls_and_extending_brings_them_back(region):
    one = Contest(region, "first-server")
    run(HANBAT, "task", "extend", "--competitor", one.name, "--by", "-20m", env=region.env)
    assert "UnauthorizedOperation" in one.shell("aws ec2 describe-vpcs 2>&1", check=False)
    state = json.loads(run(HANBAT, "task", "status", "--competitor", one.name, "--json", env=region.env).stdout)[0]
    assert (state["state"], state["left_seconds"]) == ("over", 0)
    run(HANBAT, "task", "extend", "--competitor", one.name, "--by", "5m", env=region.env)
    assert "VpcId" in one.shell("aws ec2 describe-vpcs")
    one.stop()
    assert "UnauthorizedOperation" in one.shell("aws ec2 describe-vpcs 2>&1", check=False)


def test_a_pause_stops_clock_calls_and_machines_and_a_resume_brings_them_back(region, solved):
    states = "aws ec2 describe-instances --query 'Reservations[].Instances[].State.Name' --output text"
    run(HANBAT, "task", "pause", "--competitor", solved.name, env=region.env)
    assert "UnauthorizedOperation" in solved.shell(states + " 2>&1", check=False)
    assert "is paused and its machines stand" in refused("mark", PACK, "--competitor", solved.name, env=region.env)
    entry = json.loads((solved.folder / "entry.json").read_text())
    assert len(entry["machines"]) == 1 and 0 < entry["left_seconds"] <= 1200
    run(HANBAT, "task", "resume", "--competitor", solved.name, env=region.env)
    solved.shell("aws ec2 wait instance-running --instance-ids " + entry["machines"][0])
    assert solved.shell(states).split() == ["running"]
    wait_until(lambda: solved.failing() == {}, 60, "all points after the pause")


def test_a_start_that_was_cut_short_goes_on(region):
    one = Contest(region, "first-server")
    entry = json.loads((one.folder / "entry.json").read_text())
    # As a cut between the making of the account and the writing of its key leaves it.
    cut = {**entry, "stage": "making", "account": "", "key_id": "", "key_secret": "", "policy": "", "start": None, "end": None}
    (one.folder / "entry.json").write_text(json.dumps(cut))
    run(HANBAT, "task", "start", PACK, "--competitor", one.name, env=region.env)
    again = json.loads((one.folder / "entry.json").read_text())
    assert (again["account"], again["stage"], again["policy"]) == (entry["account"], "running", entry["policy"])
    assert again["key_id"] != entry["key_id"]
    assert one.shell("aws iam list-access-keys --query 'AccessKeyMetadata[].AccessKeyId' --output text").split() == [again["key_id"]]
    one.stop()


def test_a_class_starts_at_one_moment(region, tmp_path):
    names = ["class-a", "class-b"]
    (tmp_path / "class.csv").write_text("# the class\nclass-a,가 <i>\nclass-b\n")
    run(HANBAT, "task", "start", PACK, "--all", tmp_path / "class.csv", env=region.env)
    rows = [one for one in json.loads(run(HANBAT, "task", "status", "--json", env=region.env).stdout) if one["competitor"] in names]
    assert len({row["account"] for row in rows}) == 2 and len({row["end"] for row in rows}) == 1
    assert rows[0]["label"] == "가 <i>"
    run(HANBAT, "task", "stop", "--competitor", *names, env=region.env)


def test_errors_tell_the_way_out(region, solved, tmp_path):
    assert f"competitor {solved.name} has started already" in refused("start", PACK, "--competitor", solved.name, env=region.env)
    assert "is named twice" in refused("start", PACK, "--competitor", "eve", "eve", env=region.env)
    assert "cannot be a competitor's name" in refused("start", PACK, "--competitor", "Eve!", env=region.env)
    assert "there is no task pack" in refused("start", tmp_path / "none", "--competitor", "eve", env=region.env)
    assert "is no task pack" in refused("mark", tmp_path, "--competitor", solved.name, env=region.env)
    assert "there is no competitor eve; there are" in refused("mark", PACK, "--competitor", "eve", env=region.env)
    assert "has no item 9.9; there are 1.1" in refused("mark", PACK, "--competitor", solved.name, "--item", "9.9", env=region.env)
    assert "has started first-server, not wsi-2021" in refused("mark", EXAMPLES / "wsi-2021", "--competitor", solved.name, env=region.env)
    down = {**region.env, "HANBAT_HOME": str(tmp_path)}
    assert "no region runs in" in refused("start", PACK, "--competitor", "eve", env=down)


def test_a_new_pack_passes_check(region, tmp_path):
    run(HANBAT, "task", "new", tmp_path / "mine")
    assert "nothing is wrong" in run(HANBAT, "task", "check", tmp_path / "mine").stdout
    assert json.loads(subprocess.run([HANBAT, "task", "check", tmp_path / "mine", "--json"], capture_output=True, check=True).stdout) == []
    (tmp_path / "mine/task.en.md").unlink()
    done = run(HANBAT, "task", "check", tmp_path / "mine", check=False)
    assert done.returncode == 1 and "task.en.md: is missing; write the task's text in en" in done.stdout
