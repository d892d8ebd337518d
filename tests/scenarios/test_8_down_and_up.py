"""Point 8: down leaves nothing behind, up brings everything back. Runs last."""
import glob
import subprocess

from region import HOME, wait_until


def leftovers():
    """What the kernel still has of the region; asked here once more, apart from what `hanbat down` checks itself."""
    found = [line for line in open("/proc/self/mounts").read().splitlines() if str(HOME) in line or "/netns/hb-" in line]
    for path in glob.glob("/sys/block/loop*/loop/backing_file"):
        backing = open(path).read().strip()
        if backing.startswith(str(HOME)):
            found.append(f"{path}: {backing}")
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            command = open(path).read().replace("\0", " ")
        except OSError:
            continue
        if str(HOME) in command and any(name in command for name in ("hanbatd", "hostd", "incusd", "haproxy", "dnsmasq", "lxc")):
            found.append(f"{path}: {command}")
    found += [line for line in subprocess.run(["ip", "netns"], capture_output=True, text=True).stdout.splitlines() if line.startswith("hb-")]
    found += [line for line in subprocess.run(["nft", "list", "tables"], capture_output=True, text=True).stdout.splitlines() if "hanbat" in line]
    return found


def test_down_leaves_nothing_behind_and_up_brings_everything_back(commission):
    servers = {name: one["InstanceId"] for name, one in commission.servers().items()}
    versions = commission.versions()
    head = commission.client("codecommit").get_branch(repositoryName="wsi-api-repo", branchName="main")["branch"]["commitId"]

    commission.down()
    assert leftovers() == []

    commission.up()
    assert {name: one["InstanceId"] for name, one in commission.servers().items()} == servers
    assert commission.client("codecommit").get_branch(repositoryName="wsi-api-repo", branchName="main")["branch"]["commitId"] == head
    wait_until(lambda: set(commission.target_health().values()) == {"healthy"}, 90, "healthy targets")
    assert commission.versions() == versions
