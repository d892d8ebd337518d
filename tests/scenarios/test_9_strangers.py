"""Revisions as strangers write them: their ways of setting up an application in CodeDeploy's hooks, each with a small application of our
own. One instance of each system, at work at the same time, and one revision on each; what is asserted is that the applications answer.

AL2:    Tomcat behind httpd with a WAR in Tomcat's folder, and `nohup java` with the JDK named as a book names it, architecture and all.
AL2023: Node.js from NodeSource's repository under pm2, and Flask with gunicorn in a venv as a unit of a user that adduser made.
Ubuntu: a page of nginx that a MySQL server fills."""
import http.client
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

import tutorial
from region import REGION, wait_until

PARAMETERS = {**tutorial.PARAMETERS, "ubuntu": "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"}
AGENT = f"""#!/bin/bash
cd /tmp
wget -q https://aws-codedeploy-{REGION}.s3.{REGION}.amazonaws.com/latest/install
chmod +x ./install
./install auto
"""
APPSPEC = """version: 0.0
os: linux
files:
{files}
file_exists_behavior: OVERWRITE
hooks:
  BeforeInstall:
    - location: scripts/before.sh
      timeout: 300
      runas: root
  AfterInstall:
    - location: scripts/after.sh
      timeout: 300
  ApplicationStart:
    - location: scripts/start.sh
      timeout: 60
      runas: root
"""


def files(**places):
    return "\n".join(f"  - source: {source}\n    destination: {to}" for source, to in places.items())


def war():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as it:
        it.writestr("index.jsp", "<p>six times seven is <%= 6 * 7 %></p>\n")
    return made.getvalue()


AMZN2 = {
    "appspec.yml": APPSPEC.format(files=files(**{"/target/shop.war": "/usr/share/tomcat/webapps/", "/App.java": "/home/ec2-user/app"})),
    "target/shop.war": war(),
    "scripts/before.sh": """#!/bin/bash
set -e
sudo yum install tomcat -y
sudo yum -y install httpd java-1.8.0-openjdk-devel.x86_64
cat > /etc/httpd/conf.d/shop.conf <<EOF
<VirtualHost *:80>
  ProxyPreserveHost On
  ProxyPass /java http://localhost:8081/
  ProxyPass / http://localhost:8080/shop/
</VirtualHost>
EOF
""",
    "scripts/after.sh": "#!/bin/bash\ncd /home/ec2-user/app && javac App.java && chown -R ec2-user:ec2-user .\n",
    # The pipe of a hook is held by what it started until that lets go of it.
    "scripts/start.sh": """#!/bin/bash
sudo systemctl enable tomcat.service httpd.service
sudo systemctl start tomcat.service
sudo systemctl start httpd.service
su - ec2-user -c 'nohup java -cp app App > app/nohup.out 2>&1 &'
""",
    "App.java": """import com.sun.net.httpserver.HttpServer;
public class App {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new java.net.InetSocketAddress(8081), 0);
    server.createContext("/", x -> { x.sendResponseHeaders(200, 0); x.getResponseBody().write("java runs\\n".getBytes()); x.close(); });
    server.start();
  }
}
""",
}
AL2023 = {
    "appspec.yml": APPSPEC.format(files=files(**{"/web": "/srv/web", "/flask": "/srv/flask", "/flask.service": "/etc/systemd/system"})),
    "scripts/before.sh": """#!/bin/bash
set -e
sudo yum install https://rpm.nodesource.com/pub_22.x/nodistro/repo/nodesource-release-nodistro-1.noarch.rpm -y
sudo yum install nodejs -y --setopt=nodesource-nodejs.module_hotfixes=1
[[ $(node -v) == v22.* ]]
npm install -g --silent pm2@latest
id flask || adduser flask --user-group
[ -d /home/flask ]
""",
    "scripts/after.sh": """#!/bin/bash
set -e
cd /srv/web && npm install --silent
cd /srv/flask
python3 -m venv venv
source venv/bin/activate
pip install -q -r requirements.txt
chown -R flask:flask /srv/flask
""",
    "scripts/start.sh": """#!/bin/bash
cd /srv/web
pm2 delete web || true
pm2 start server.js --name web
systemctl daemon-reload
systemctl enable --now flask
""",
    "web/package.json": '{"name": "web", "version": "1.0.0", "dependencies": {"is-odd": "3.0.1"}}\n',
    "web/server.js": "const odd = require('is-odd');\n"
                     "require('http').createServer((q, a) => a.end(`7 is ${odd(7) ? 'odd' : 'even'} in Node ${process.version}\\n`)).listen(3000);\n",
    "flask/requirements.txt": "flask\ngunicorn\n",
    "flask/app.py": "import getpass\nfrom flask import Flask\napp = Flask(__name__)\n\n\n@app.route('/')\ndef page():\n    return 'flask runs as ' + getpass.getuser()\n",
    "flask.service": """[Unit]
After=network.target

[Service]
User=flask
WorkingDirectory=/srv/flask
Environment="PATH=/srv/flask/venv/bin"
ExecStart=/srv/flask/venv/bin/gunicorn --bind 0.0.0.0:5000 app:app
Restart=always

[Install]
WantedBy=multi-user.target
""",
}
UBUNTU = {
    "appspec.yml": APPSPEC.format(files=files(**{"/fill.sql": "/srv"})),
    "scripts/before.sh": "#!/bin/bash\napt-get update\napt-get install -y nginx mysql-server\n",
    "scripts/after.sh": """#!/bin/bash
set -e
systemctl start mysql
sudo mysql -u root < /srv/fill.sql
sudo mysql -u root -N -e 'select concat("kept: ", what) from shop.things' > /var/www/html/index.html
""",
    "scripts/start.sh": "#!/bin/bash\nsystemctl enable nginx\nservice nginx restart\n",
    "fill.sql": "CREATE DATABASE IF NOT EXISTS shop;\nCREATE TABLE IF NOT EXISTS shop.things (what TEXT);\n"
                "DELETE FROM shop.things;\nINSERT INTO shop.things VALUES ('a thing');\n",
}
REVISIONS = {"amzn2": AMZN2, "al2023": AL2023, "ubuntu": UBUNTU}
PAGES = [("amzn2", 80, "/", "six times seven is 42"), ("amzn2", 80, "/java", "java runs"), ("al2023", 3000, "/", "7 is odd in Node v22."),
         ("al2023", 5000, "/", "flask runs as flask"), ("ubuntu", 80, "/", "kept: a thing")]


class Stranger(tutorial.Person):
    """Who has an instance with the agent, a group, and a revision that was written for AWS."""

    def begin(self, rights):
        profile, group, service = rights
        self.id = self.ec2.run_instances(
            ImageId="resolve:ssm:" + PARAMETERS[self.system], InstanceType="t3.small", MinCount=1, MaxCount=1, SecurityGroupIds=[group], UserData=AGENT,
            IamInstanceProfile={"Name": profile}, TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": self.name}]}],
        )["Instances"][0]["InstanceId"]
        self.later(self._terminate, self.id)
        for name, content in REVISIONS[self.system].items():
            path = self.folder / "revision" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        store = self.bucket()
        self.deploy.create_application(applicationName=self.name)
        self.later(lambda: self.deploy.delete_application(applicationName=self.name))
        self.deploy.create_deployment_group(applicationName=self.name, deploymentGroupName="all", serviceRoleArn=service,
                                            ec2TagFilters=[{"Key": "Name", "Value": self.name, "Type": "KEY_AND_VALUE"}])
        self.region.aws("deploy", "push", "--application-name", self.name, "--s3-location", f"s3://{store}/app.zip", "--source", self.folder / "revision")
        self.address = wait_until(self._address, 60, f"the address of {self.system}")
        self.deployment = self.deploy.create_deployment(
            applicationName=self.name, deploymentGroupName="all",
            revision={"revisionType": "S3", "s3Location": {"bucket": store, "key": "app.zip", "bundleType": "zip"}})["deploymentId"]

    def _address(self):
        return self.ec2.describe_instances(InstanceIds=[self.id])["Reservations"][0]["Instances"][0].get("PublicIpAddress")

    def outcome(self):
        def ended():
            status = self.deploy.get_deployment(deploymentId=self.deployment)["deploymentInfo"]["status"]
            return status if status in ("Succeeded", "Failed", "Stopped") else None
        return wait_until(ended, 300, f"the deployment on {self.system}")

    def says(self, port, path):
        """The page, or nothing while nobody answers with one."""
        connection = http.client.HTTPConnection(self.address, port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read().decode() if answer.status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()


@pytest.fixture(scope="module")
def strangers(region, tmp_path_factory):
    """One on each system, all at work at once, with one profile, security group and service role between them."""
    them = {system: Stranger(region, system, tmp_path_factory.mktemp("strangers")) for system in REVISIONS}
    first = them["amzn2"]
    try:
        first.role("ec2", "AmazonEC2RoleforAWSCodeDeploy")
        first.iam.create_instance_profile(InstanceProfileName=first.name)
        first.later(lambda: first.iam.delete_instance_profile(InstanceProfileName=first.name))
        first.iam.add_role_to_instance_profile(InstanceProfileName=first.name, RoleName=f"{first.name}-ec2")
        first.later(lambda: first.iam.remove_role_from_instance_profile(InstanceProfileName=first.name, RoleName=f"{first.name}-ec2"))
        vpc = first.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        group = first.ec2.create_security_group(GroupName=first.name, Description="pages", VpcId=vpc)["GroupId"]
        first.later(lambda: first.ec2.delete_security_group(GroupId=group))
        first.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=5000, CidrIp="0.0.0.0/0")
        service = first.role("codedeploy", "AWSCodeDeployRole")
        with ThreadPoolExecutor() as all_of_them:
            list(all_of_them.map(lambda one: one.begin((first.name, group, service)), them.values()))
        yield them
    finally:
        with ThreadPoolExecutor() as all_of_them:
            list(all_of_them.map(tutorial.Person.end, [one for one in them.values() if one is not first]))
        first.end()


@pytest.mark.parametrize("system, port, path, text", [pytest.param(*page, id=f"{page[0]}-{page[1]}{page[2]}") for page in PAGES])
def test_what_a_stranger_deployed_answers(strangers, system, port, path, text):
    one = strangers[system]
    assert one.outcome() == "Succeeded", one.events(one.deployment)
    assert text in wait_until(lambda: one.says(port, path), 40, f"{system}:{port}{path}")
