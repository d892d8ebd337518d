"""AWS's tutorial "Deploy WordPress to an EC2 instance", with a small page of our own in WordPress's place: Apache, PHP and MariaDB come
by the hooks of a revision that `aws deploy push` made, the page keeps its visits in the database as its root, who has no password there,
and a second revision stops what the first one started."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from region import wait_until
from tutorial import PARAMETERS, Person

# Each system has its own guide.
INSTALL = {
    "amzn2": "#!/bin/bash\nsudo amazon-linux-extras install -y php7.4\nsudo yum install -y httpd mariadb-server php\n",
    "al2023": "#!/bin/bash\ndnf install -y httpd wget php-fpm php-mysqli php-json php\ndnf install -y mariadb105-server\n",
}
FILES = {
    "appspec.yml": """version: 0.0
os: linux
files:
  - source: /
    destination: /var/www/html/Guestbook
hooks:
  BeforeInstall:
    - location: scripts/install_dependencies.sh
      timeout: 300
      runas: root
  AfterInstall:
    - location: scripts/change_permissions.sh
      timeout: 300
      runas: root
  ApplicationStart:
    - location: scripts/start_server.sh
    - location: scripts/create_test_db.sh
      timeout: 300
      runas: root
  ApplicationStop:
    - location: scripts/stop_server.sh
      timeout: 300
      runas: root
""",
    "scripts/change_permissions.sh": "#!/bin/bash\nchmod -R 777 /var/www/html/Guestbook\n",
    "scripts/start_server.sh": "#!/bin/bash\nsystemctl start mariadb.service\nsystemctl start httpd.service\nsystemctl start php-fpm.service\n",
    # Each is looked for by the name of its process, and what was stopped is told.
    "scripts/stop_server.sh": """#!/bin/bash
for pair in httpd:httpd.service DATABASE:mariadb.service php-fpm:php-fpm.service; do
  running=$(pgrep ${pair%%:*})
  if [[ -n $running ]]; then
    systemctl stop ${pair##*:}
    echo ${pair##*:} >>/root/stopped
  fi
done
""",
    "scripts/tell.sh": "#!/bin/bash\ncp /root/stopped /var/www/html/stopped.txt\n",
}
DATABASE = {"amzn2": "mysqld", "al2023": "mariadbd"}
USER = {"amzn2": "root", "al2023": "guest"}
# Amazon Linux 2's root needs no password from anybody; of MariaDB 10.5 and later a page has a user of its own.
CREATE = {
    "amzn2": "CREATE DATABASE IF NOT EXISTS test;\n",
    "al2023": "CREATE DATABASE IF NOT EXISTS test;\nCREATE USER IF NOT EXISTS guest@localhost IDENTIFIED BY '';\nGRANT ALL ON test.* TO guest@localhost;\n",
}
STOPPED = "httpd.service\nmariadb.service\nphp-fpm.service\n"
EXTRA_HOOK = "    - location: scripts/tell.sh\n      timeout: 60\n      runas: root\n"


def page(system, title):
    return f"""<?php
$db = new mysqli("localhost", "{USER[system]}", "", "test");
$db->query("CREATE TABLE IF NOT EXISTS visits (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)");
$db->query("INSERT INTO visits VALUES ()");
echo "{title}, visit ", $db->query("SELECT count(*) AS n FROM visits")->fetch_assoc()["n"], "\\n";
"""


class Author(Person):
    """Pushes a folder as a revision and deploys it, in the tutorial's words."""

    def begin(self):
        self.instance(("Name", self.name))
        self.application("WordPress_DepGroup", f"Key=Name,Value={self.name},Type=KEY_AND_VALUE")
        self.store, self.source = self.bucket(), self.folder / "page"
        files = dict(FILES)
        files["scripts/install_dependencies.sh"] = INSTALL[self.system]
        files["scripts/stop_server.sh"] = files["scripts/stop_server.sh"].replace("DATABASE", DATABASE[self.system])
        files["scripts/create_test_db.sh"] = f"#!/bin/bash\nmysql -uroot <<CREATE_TEST_DB\n{CREATE[self.system]}CREATE_TEST_DB\n"
        self.publish({**files, "index.php": page(self.system, "Guestbook")})

    def publish(self, files):
        self.write(self.source, files)
        self.region.aws("deploy", "push", "--application-name", self.name, "--s3-location", f"s3://{self.store}/page.zip", "--ignore-hidden-files",
                        "--source", self.source)
        self.deployment = self.aws(
            "deploy", "create-deployment", "--application-name", self.name, "--deployment-config-name", "CodeDeployDefault.OneAtATime",
            "--deployment-group-name", "WordPress_DepGroup", "--s3-location", f"bucket={self.store},bundleType=zip,key=page.zip")["deploymentId"]

    def outcome(self):
        def ended():
            info = self.deploy.get_deployment(deploymentId=self.deployment)["deploymentInfo"]
            return info["status"] if info["status"] in ("Succeeded", "Failed", "Stopped") else None
        return wait_until(ended, 300, f"the deployment on {self.system}")


@pytest.fixture(scope="module")
def authors(region, tmp_path_factory):
    """One for each system, both at work at the same time."""
    them = {system: Author(region, system, tmp_path_factory.mktemp("tutorial")) for system in PARAMETERS}
    try:
        with ThreadPoolExecutor() as both:
            list(both.map(Author.begin, them.values()))
        yield them
    finally:
        with ThreadPoolExecutor() as both:
            list(both.map(Author.end, them.values()))


@pytest.mark.parametrize("system", PARAMETERS)
def test_the_page_runs_and_keeps_its_visits_in_the_database(authors, system):
    one = authors[system]
    assert one.outcome() == "Succeeded", one.events(one.deployment)
    assert one.page("/Guestbook/index.php") == (200, "Guestbook, visit 1\n")
    one.publish({"index.php": page(system, "Second edition"), "appspec.yml": FILES["appspec.yml"].replace("  ApplicationStop:", EXTRA_HOOK + "  ApplicationStop:")})


@pytest.mark.parametrize("system", PARAMETERS)
def test_a_second_revision_stops_what_runs_and_starts_it_again_with_what_it_kept(authors, system):
    one = authors[system]
    assert one.outcome() == "Succeeded", one.events(one.deployment)
    assert one.events(one.deployment)["ApplicationStop"]["status"] == "Succeeded"
    assert one.page("/stopped.txt") == (200, STOPPED)
    assert one.page("/Guestbook/index.php") == (200, "Second edition, visit 2\n")
