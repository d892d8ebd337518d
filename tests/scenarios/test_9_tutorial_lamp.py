"""AWS's tutorial "Deploy WordPress to an EC2 instance", with a small page of our own in WordPress's place: Apache, PHP and MariaDB come
by the hooks of a revision that `aws deploy push` made, and the page speaks with its database."""
import pytest

from region import wait_until
from tutorial import PARAMETERS, Person

INSTALL = {
    "amzn2": "#!/bin/bash\namazon-linux-extras install -y mariadb10.5 php8.2\nyum install -y httpd mariadb-server php\n",
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
      timeout: 900
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
    "index.php": """<?php
$db = new mysqli("localhost", "guest", "book", "test");
$db->query("CREATE TABLE IF NOT EXISTS visits (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)");
$db->query("INSERT INTO visits VALUES ()");
echo "Guestbook of ", get_current_user() ? "somebody" : "nobody", ", visit ", $db->query("SELECT count(*) AS n FROM visits")->fetch_assoc()["n"], "\\n";
""",
    "scripts/change_permissions.sh": "#!/bin/bash\nchmod -R 777 /var/www/html/Guestbook\n",
    "scripts/start_server.sh": "#!/bin/bash\nsystemctl start mariadb.service\nsystemctl start httpd.service\nsystemctl start php-fpm.service\n",
    "scripts/create_test_db.sh": """#!/bin/bash
mysql -uroot <<CREATE_TEST_DB
CREATE DATABASE IF NOT EXISTS test;
CREATE USER IF NOT EXISTS guest@localhost IDENTIFIED BY 'book';
GRANT ALL ON test.* TO guest@localhost;
CREATE_TEST_DB
""",
    "scripts/stop_server.sh": """#!/bin/bash
for one in httpd mariadbd php-fpm; do
  if pgrep $one; then systemctl stop ${one/mariadbd/mariadb}.service; fi
done
""",
}


@pytest.fixture(scope="module", params=list(PARAMETERS))
def tutorial(request, region, tmp_path_factory):
    one = Person(region, request.param, tmp_path_factory.mktemp("tutorial"))
    try:
        one.instance(("Name", one.name))
        one.application("WordPress_DepGroup", f"Key=Name,Value={one.name},Type=KEY_AND_VALUE")
        one.write(one.folder / "page", {**FILES, "scripts/install_dependencies.sh": INSTALL[one.system]})
        yield one
    finally:
        one.end()


def deploy(one, bucket):
    """Pushes the folder and deploys it, in the tutorial's words: (status, its error)."""
    one.region.aws("deploy", "push", "--application-name", one.name, "--s3-location", f"s3://{bucket}/page.zip", "--ignore-hidden-files",
                   "--source", one.folder / "page")
    made = one.aws("deploy", "create-deployment", "--application-name", one.name, "--deployment-config-name", "CodeDeployDefault.OneAtATime",
                   "--deployment-group-name", "WordPress_DepGroup", "--s3-location", f"bucket={bucket},bundleType=zip,key=page.zip")["deploymentId"]
    ended = wait_until(lambda: (lambda info: info["status"] in ("Succeeded", "Failed", "Stopped") and info)(
        one.deploy.get_deployment(deploymentId=made)["deploymentInfo"]), 1000, "the deployment's end")
    return ended["status"], one.events(made)


def test_the_page_and_its_database_run_and_a_second_deployment_stops_and_starts_them(tutorial):
    bucket = tutorial.bucket()
    status, events = deploy(tutorial, bucket)
    assert status == "Succeeded", events
    assert tutorial.page("/Guestbook/index.php") == (200, "Guestbook of somebody, visit 1\n")
    changed = FILES["index.php"].replace("Guestbook of", "Second edition of")
    tutorial.write(tutorial.folder / "page", {"index.php": changed})
    status, events = deploy(tutorial, bucket)
    assert status == "Succeeded", events
    assert tutorial.page("/Guestbook/index.php") == (200, "Second edition of somebody, visit 2\n")
