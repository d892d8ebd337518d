"""`hanbat backup` of the running region, restored into another folder: the same servers, with what was on their disks."""
import os
import shutil

from region import HANBAT, HOME, run, wait_until


def test_a_restored_region_has_its_servers_as_they_were(commission, tmp_path):
    file, second = tmp_path / "region.hanbat", HOME.parent / (HOME.name + "-restored")
    servers = {name: one["InstanceId"] for name, one in commission.servers().items()}
    versions = commission.versions()
    head = commission.client("codecommit").get_branch(repositoryName="wsi-api-repo", branchName="main")["branch"]["commitId"]
    commission.on_bastion("echo kept > /root/marker && sync")
    run(HANBAT, "backup", file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert commission.versions() == versions, "the backup disturbed what runs"
    commission.on_bastion("rm /root/marker")

    env = dict(os.environ, HANBAT_HOME=str(second))
    commission.down()
    try:
        run(HANBAT, "restore", file, env=env)
        run(HANBAT, "up", env=env, timeout=1800)
        # The keys are the same, so the clients of the first region are those of the second.
        wait_until(lambda: {name: one["InstanceId"] for name, one in commission.servers().items()} == servers, 60, "the servers")
        wait_until(lambda: set(commission.target_health().values()) == {"healthy"}, 300, "healthy targets")
        assert commission.versions() == versions
        assert commission.client("codecommit").get_branch(repositoryName="wsi-api-repo", branchName="main")["branch"]["commitId"] == head
        assert commission.on_bastion("cat /root/marker").strip() == "kept"
    finally:
        run(HANBAT, "down", env=env, check=False)
        shutil.rmtree(second, ignore_errors=True)
        commission.up()
    wait_until(lambda: set(commission.target_health().values()) == {"healthy"}, 120, "healthy targets")
