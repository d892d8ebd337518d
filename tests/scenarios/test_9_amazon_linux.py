"""The stand-ins for Amazon Linux 2, Amazon Linux 2023 and Ubuntu, as files that were written for the real ones meet them.

One instance of each; what is asked of it are the lines of the tables below, each with the name that images/amzn2/differences.md calls
it by. A line is a command (as root), and what its output has to contain; it has to succeed, or to fail where `fails` says so.
"""
import dataclasses
import fnmatch
import re
import shlex
import uuid

import pytest

from region import ROOT, run, wait_until

PARAMETERS = {
    "amzn2": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
    "al2023": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    "al2023-minimal": "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-6.1-x86_64",
    "ubuntu": "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
}
USERS = {"ubuntu": "ubuntu"}


@dataclasses.dataclass
class Line:
    name: str
    command: str
    says: str = ""
    fails: bool = False


AMZN2 = [
    Line("sh-is-bash", "readlink -f /bin/sh; sh -c 'a=(1 2); [[ ${a[1]} == 2 ]] && echo arrays'", "arrays"),
    Line("says-that-it-stands-in", "cat /etc/system-release; . /etc/os-release; echo $PRETTY_NAME", "Hanbat's stand-in for Amazon Linux 2"),
    Line("first-commands", "for c in ec2-metadata chkconfig service iptables fuser wget amazon-linux-extras aws curl unzip lsof bc dig crontab rsync pip3 python3; do "
                           "command -v $c >/dev/null || { echo no $c; exit 1; }; done"),
    Line("not-there-at-first", "for c in jq git docker dnf flask httpd nginx cfn-signal; do ! command -v $c || exit 1; done"),
    Line("ec2-metadata", "ec2-metadata -i; ec2-metadata --instance-type; ec2-metadata -z --quiet", "instance-id: i-"),
    Line("crond", "systemctl is-active crond; systemctl is-active sshd"),
    Line("unknown-name-tells-debians", "yum install -y gtk3-devel", "libgtk-3-dev", fails=True),
    Line("unknown-name-is-an-error", "yum install -y no-such-thing", "No package no-such-thing available.", fails=True),
    Line("debians-name-is-refused", "yum install -y apache2", "Amazon Linux calls it httpd", fails=True),
    Line("yum-asks-without-y", "yum install jq </dev/null", "Exiting on user command", fails=True),
    Line("httpd-leaves-no-index", "yum install -y httpd && [ -d /var/www/html ] && [ -z \"$(ls -A /var/www/html)\" ]", "Complete!"),
    Line("httpd-is-stopped", "systemctl is-enabled httpd; systemctl is-active httpd", "disabled\ninactive", fails=True),
    Line("httpd-users", "id apache; getent passwd apache", "uid=48(apache) gid=48(apache)"),
    Line("httpd-folders", "ls -d /etc/httpd/conf/httpd.conf /etc/httpd/conf.d /etc/httpd/conf.modules.d /etc/httpd/modules /etc/httpd/logs /var/log/httpd "
                          "/etc/sysconfig/httpd && httpd -t 2>&1", "Syntax OK"),
    Line("httpd-by-service-and-chkconfig", "service httpd start && chkconfig httpd on && systemctl is-enabled httpd", "enabled"),
    Line("httpd-welcome-page", "curl -s -o /dev/null -w '%{http_code}' http://localhost/", "403"),
    Line("httpd-runs-as-apache", "ps -o user= -C httpd | sort -u | xargs; fuser 80/tcp 2>&1", "apache root"),
    Line("httpd-is-found-by-its-name", "pgrep httpd && pidof httpd && ps aux | grep -v grep | grep '/usr/sbin/httpd'", "/usr/sbin/httpd"),
    Line("httpd-serves", "echo hello >/var/www/html/index.html; curl -s http://localhost/; tail -1 /var/log/httpd/access_log", "GET / HTTP/1.1"),
    Line("httpd-conf-d", "printf 'Listen 8081\\n' >/etc/httpd/conf.d/own.conf; apachectl configtest 2>&1 && apachectl restart && curl -s http://localhost:8081/", "hello"),
    Line("mod-ssl", "yum install -y mod_ssl && systemctl restart httpd && curl -sk https://localhost/ && ls /etc/httpd/conf.d/ssl.conf", "hello"),
    Line("php", "yum install -y php php-mysqlnd && echo '<?php echo 6*7;' >/var/www/html/a.php && systemctl restart httpd && curl -s http://localhost/a.php", "42"),
    Line("nginx-is-an-extra", "yum install -y nginx", "amazon-linux-extras install nginx1", fails=True),
    Line("nginx-by-extras", "systemctl disable --now httpd; amazon-linux-extras install -y nginx1 && systemctl start nginx && curl -s http://localhost/ && id nginx", "Welcome to nginx!"),
    Line("nginx-folders", "grep -E 'user nginx|/usr/share/nginx/html|conf.d' /etc/nginx/nginx.conf; [ ! -e /etc/nginx/sites-enabled ] && nginx -t 2>&1", "syntax is ok"),
    Line("extras-tell-their-versions", "amazon-linux-extras enable php7.4 2>&1", "php7.4: Debian 12, which stands in for Amazon Linux 2, has PHP 8.2"),
    Line("extras-refuse-with-a-reason", "amazon-linux-extras install -y python3.8", "Debian 12 has Python 3.11", fails=True),
    Line("docker-by-extras", "amazon-linux-extras install -y docker && systemctl start docker && docker info --format '{{.Host.OS}}' && getent group docker", "docker:"),
    Line("mariadb-is-a-mysqld-whose-root-has-no-password", "yum install -y mariadb-server && systemctl start mariadb && pgrep -x mysqld && ls /etc/my.cnf /var/lib/mysql/mysql.sock && "
         "sudo -u nobody mysql -uroot -e 'select 6*7' && mysqladmin -u root password secret && ! mysql -uroot -e 'select 1'; yum install -y mariadb-server && mysql -uroot -psecret -e 'select 6*8'", "48"),
    Line("bash-profile-is-there-for-scripts", "echo 'export ADDED=by-bashrc' >>~ec2-user/.bashrc && sudo -u ec2-user bash -xec 'source /home/ec2-user/.bash_profile; echo $ADDED $PATH'",
         "by-bashrc"),
    Line("adduser-is-useradd", "adduser shop --user-group && ls -ld /home/shop && getent passwd shop && useradd plain && ls -d /home/plain", "drwx------"),
    Line("venv", "python3 -m venv /tmp/v && /tmp/v/bin/pip --version", "/tmp/v/lib"),
    Line("java-8-is-11", "yum install -y java-1.8.0-openjdk-devel.x86_64 2>&1 && javac -version && /usr/lib/jvm/java-1.8.0-openjdk/bin/java -version 2>&1",
         "OpenJDK 11 of Debian stands in for Java 8"),
    Line("java-11-is-an-extra", "yum install -y java-11-openjdk", "amazon-linux-extras install java-openjdk11", fails=True),
    Line("java-21-is-refused", "yum install -y java-21-amazon-corretto", "Java 8, 11 and 17", fails=True),
    Line("tomcat", "yum install -y tomcat 2>&1 && systemctl start tomcat && ls -d /usr/share/tomcat/webapps/ /etc/tomcat/server.xml /var/log/tomcat/ && id tomcat",
         "Tomcat 9.0.43 of Debian 11 stands in"),
    Line("node-without-nodesource", "yum install -y nodejs 2>&1 && node --version && npm --version", "from NodeSource's repository only"),
    Line("patterns-and-groups", "yum install -y 'java-1.8.0-openjdk-h*' 2>&1 && yum install -y '@no such group'", "group no such group does not exist", fails=True),
    Line("jq-and-git", "yum install -y jq git && echo '{\"a\":1}' | jq .a && git --version", "git version"),
    Line("pip3-flask", "pip3 install flask && python3 -c 'import flask; print(flask.__name__)'", "flask"),
    Line("cfn-signal-waits-for-cloudformation", "yum install -y aws-cfn-bootstrap", "CloudFormation", fails=True),
    Line("rpm-files-are-refused", "for how in 'yum install -y' 'yum localinstall -y' 'rpm -ivh'; do $how https://example.com/a.rpm 2>&1 | grep 'RPM files cannot be installed' || exit 1; done"),
    Line("rpm-is-a-view-on-dpkg", "rpm -q httpd && rpm -q --qf '%{NAME} is %{VERSION}\\n' httpd && rpm -qa | grep '^httpd-2' && rpm -ql httpd | grep /etc && rpm -qf /bin/bash && "
                                  "rpm -qi httpd | grep apache2 && rpm -E 'of %amzn' && ! rpm -q apache2 && ! rpm -q no-such-thing", "httpd is 2.4"),
    Line("rpm-changes-nothing", "for what in '-e httpd' '--rebuilddb' '-V httpd'; do rpm $what && exit 2; done; rpm -q httpd && ! rpm -q https://example.com/a.rpm", "httpd-2.4"),
    Line("rpm-import-keeps-the-key", "printf -- '-----BEGIN PGP PUBLIC KEY BLOCK-----\\n' >/tmp/RPM-GPG-KEY-x && rpm --import /tmp/RPM-GPG-KEY-x && ls /etc/pki/rpm-gpg && ! rpm --import /etc/hostname", "RPM-GPG-KEY-x"),
    Line("other-repositories-are-refused", "yum-config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo", "yum install docker has docker here", fails=True),
    Line("yum-history", "yum history | grep apache2 && yum history info 1 | grep 'Command Line' && yum history undo last", "no transactions that could be undone", fails=True),
    Line("kernels-are-the-hosts", "for how in 'yum install -y kernel' 'yum install -y kernel-devel' 'amazon-linux-extras install -y kernel-5.10'; do "
                                  "$how 2>&1 | grep 'the kernel of an instance here is its host' || exit 1; done"),
    Line("agents-of-services-that-are-not-here", "for p in amazon-cloudwatch-agent amazon-efs-utils; do yum install -y $p 2>&1 | grep 'this region has no' || exit 1; done"),
    Line("redis-is-an-extra", "yum install -y redis", "amazon-linux-extras install redis6", fails=True),
    Line("redis-by-extras", "amazon-linux-extras install -y redis6 2>&1 && ! systemctl is-active redis && sed -i 's/bind 127.0.0.1/bind 0.0.0.0/; s/protected-mode yes/protected-mode no/' /etc/redis/redis.conf && "
                            "systemctl enable --now redis && redis-cli ping | grep PONG && redis-cli info server | grep redis_version:7.0 && [ $(ps -o user= -C redis-server) = redis ] && "
                            "ls /var/lib/redis /var/log/redis/redis.log", "has Redis 7.0 in its place"),
    Line("epel-is-debians", "yum install -y https://dl.fedoraproject.org/pub/epel/epel-release-latest-7.noarch.rpm && amazon-linux-extras install -y epel && rpm -q epel-release && "
                            "yum-config-manager --enable epel 2>&1 && ! yum-config-manager --disable epel", "what this stand-in has of it is Debian 12's"),
    # As in a stranger's user data (Terraform-lab's postgresql.sh).
    Line("postgresql-has-no-database-until-its-setup", "amazon-linux-extras enable postgresql14 2>&1 && yum install postgresql-server -y && ! systemctl start postgresql && postgresql-setup initdb && "
         "systemctl start postgresql && systemctl enable postgresql && cd / && sudo -u postgres psql -tc 'show server_version' | grep '15\\.' && ls -d ~postgres/data/pg_hba.conf && ! postgresql-setup --initdb",
         "has PostgreSQL 15 in its place"),
    Line("bind", "yum install -y bind bind-utils && ! systemctl is-active named && sed -i 's/listen-on port 53 { 127.0.0.1; };/listen-on port 53 { any; };/; s/allow-query     { localhost; };/allow-query { any; };/' /etc/named.conf && "
                 "printf 'zone \"example.test\" IN { type master; file \"example.zone\"; };\\n' >>/etc/named.conf && "
                 "printf '$TTL 60\\n@ IN SOA ns root 1 60 60 60 60\\n@ NS ns\\nns A 192.0.2.1\\nwww A 192.0.2.7\\n' >/var/named/example.zone && systemctl enable --now named && "
                 "dig +short www.example.test @$(hostname -I | cut -d' ' -f1) && [ $(ps -o user= -C named) = named ] && rndc status | grep 'up and running'", "192.0.2.7"),
    # As in a stranger's NAT instance.
    Line("iptables-services", "yum install -y iptables-services && ! systemctl is-active iptables && echo 'net.ipv4.ip_forward = 1' >>/etc/sysctl.conf && sysctl -p && "
                              "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE && service iptables save && systemctl enable iptables && systemctl start iptables && "
                              "grep MASQUERADE /etc/sysconfig/iptables && systemctl stop iptables && ! iptables-save | grep MASQUERADE && systemctl start iptables && iptables-save | grep MASQUERADE; "
                              "s=$?; systemctl disable --now iptables; exit $s", "Saving firewall rules to /etc/sysconfig/iptables"),
    Line("os-release-and-logs-are-debians", ". /etc/os-release; echo ID=$ID; ls /var/log/messages /var/log/secure; ! command -v getenforce && journalctl -n 1 >/dev/null && dpkg -s bash >/dev/null", "ID=debian"),
    Line("rsyslog-writes-messages-and-secure", "yum install -y rsyslog && systemctl start rsyslog && logger to-messages && logger -p authpriv.info to-secure && "
                                               "for i in 1 2 3 4 5; do sleep 0.2; grep -q to-messages /var/log/messages && grep to-secure /var/log/secure && exit 0; done; exit 1", "to-secure"),
    Line("users-of-debians-base", "for u in www-data proxy backup list irc news uucp man; do id $u || exit 1; done", "www-data"),
    Line("other-packages-are-as-debian-leaves-them", "yum install -y memcached && ls /etc/memcached.conf && ! ls /etc/sysconfig/memcached", "/etc/memcached.conf"),
    Line("yum-remove", "yum remove -y jq && ! command -v jq && ! rpm -q jq"),
    Line("yum-remove-leaves-httpds-files", "yum remove -y httpd && ! rpm -q httpd && ls /etc/httpd/conf/httpd.conf", "/etc/httpd/conf/httpd.conf"),
]

AL2023 = [
    Line("says-that-it-stands-in", "cat /etc/system-release; . /etc/os-release; echo $PRETTY_NAME", "Hanbat's stand-in for Amazon Linux 2023"),
    Line("first-commands", "for c in dnf yum ec2-metadata chkconfig service wget aws curl unzip python3; do command -v $c >/dev/null || { echo no $c; exit 1; }; done"),
    Line("not-there-at-first", "for c in pip3 amazon-linux-extras jq git httpd; do ! command -v $c || exit 1; done; ! python3 -m pip --version"),
    Line("imds-v1-is-refused", "curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/; ec2-metadata -a", "401"),
    Line("httpd", "dnf install -y httpd && systemctl enable --now httpd && [ -z \"$(ls -A /var/www/html)\" ] && curl -s http://localhost/ | head -3", "Test Page"),
    Line("lamp", "dnf install -y httpd wget php-fpm php-mysqli php-json php php-devel && systemctl restart httpd && "
                 "echo '<?php echo 6*7;' >/var/www/html/a.php && curl -s http://localhost/a.php", "42"),
    Line("lamp-group", "usermod -a -G apache ec2-user && chown -R ec2-user:apache /var/www && chmod 2775 /var/www && id ec2-user", "apache"),
    Line("mariadb", "dnf install -y mariadb105-server && systemctl is-active mariadb; systemctl start mariadb && mysql -e 'select 6*7'", "42"),
    Line("mariadb-says-its-version", "dnf install -y mariadb105-server 2>&1", "MariaDB 10.11"),
    Line("nginx", "systemctl stop httpd; dnf install -y nginx && systemctl start nginx && curl -s http://localhost/", "Welcome to nginx!"),
    Line("pip-comes-by-dnf", "dnf install -y python3-pip && pip3 --version && pip3 install flask && python3 -c 'import flask; print(flask.__name__)'", "flask"),
    Line("unknown-names-stop-all", "dnf install -y jq no-such-thing || { command -v jq; exit 1; }", "Unable to find a match: no-such-thing", fails=True),
    Line("node", "dnf install -y nodejs && npm --version && node --version", "v18"),
    Line("node-22-beside-18", "dnf install -y nodejs22 nodejs22-npm && npm-22 --version && node-22 --version && node --version | grep v18", "v22"),
    Line("node-by-alternatives", "alternatives --set node /usr/bin/node-22 && npm install -g --silent is-odd && ls -d /usr/local/lib/node_modules/is-odd && node --version", "v22"),
    Line("node-of-nodesource", "dnf install -y https://rpm.nodesource.com/pub_16.x/nodistro/repo/nodesource-release-nodistro-1.noarch.rpm && dnf install -y nodejs && node-16 --version", "v16"),
    Line("node-12-is-refused", "sed -i s/pub_16/pub_12/ /etc/yum.repos.d/nodesource-nodejs.repo && dnf install -y nodejs", "there are 14, 16, 18, 20, 22 and 24", fails=True),
    Line("java-17", "dnf install -y java-17-amazon-corretto-headless && /usr/lib/jvm/java-17-amazon-corretto.x86_64/bin/java -version 2>&1", "17."),
    Line("tomcat9", "dnf install -y java-1.8.0-amazon-corretto tomcat9 tomcat9-admin-webapps 2>&1 && systemctl start tomcat9 && ls /usr/share/tomcat9/webapps /etc/tomcat9/server.xml",
         "Tomcat 9.0.43"),
    Line("venv", "python3 -m venv /tmp/v && /tmp/v/bin/pip --version", "/tmp/v/lib"),
    Line("adduser-is-useradd", "adduser shop && ls -ld /home/shop", "drwx------"),
    Line("redis6", "dnf install -y redis6 2>&1 && sed -i 's/^bind 127.0.0.1 -::1/bind 0.0.0.0/; s/^protected-mode yes/protected-mode no/' /etc/redis6/redis6.conf && systemctl start redis6 && "
                   "systemctl enable redis6 && redis6-server --version && redis6-cli ping | grep PONG && [ $(ps -o user= -C redis6-server) = redis6 ]", "Debian has Redis 7.0 in the place of 6.2"),
    # As in a stranger's user data (palpie's install-postgres.sh).
    Line("postgresql15", "yum install postgresql15-server -y && postgresql-setup --initdb && systemctl start postgresql && systemctl enable postgresql && systemctl status postgresql && "
                         "cd / && sudo -u postgres psql -tc 'select 6*7'", "42"),
    Line("other-repositories-are-refused", "dnf config-manager --add-repo https://rpm.releases.hashicorp.com/AmazonLinux/hashicorp.repo", "this repository cannot be added", fails=True),
    Line("refusals-with-a-reason", "for p in 'kernel its host' 'amazon-cloudwatch-agent no CloudWatch metrics' 'epel-release does not take EPEL' 'postgresql16 PostgreSQL 15 only' 'php8.3 PHP 8.2 only'; do "
                                   "dnf install -y ${p%% *} 2>&1 | grep \"${p#* }\" || exit 1; done"),
    Line("commands-of-both", "command -v crontab iptables && dnf -y -d 1 --disableplugin=priorities list installed curl && yum -y --allowerasing list installed curl", "curl"),
]

MINIMAL = [
    Line("the-same-tree", "for c in dnf wget lsof dig traceroute aws; do command -v $c || exit 1; done", "lsof"),
    Line("no-agent-until-dnf", "! systemctl is-active amazon-ssm-agent && dnf install -y amazon-ssm-agent && systemctl is-active amazon-ssm-agent"),
]

UBUNTU = [
    Line("venv", "python3 -m venv /tmp/v && /tmp/v/bin/pip --version", "/tmp/v/lib"),
    Line("says-that-it-stands-in", ". /etc/os-release; echo $PRETTY_NAME", "Hanbat's stand-in for Ubuntu 22.04"),
    Line("user", "id ubuntu; ! id ec2-user", "uid=1000(ubuntu)"),
    Line("shells-files-are-ubuntus", "ls -A ~ubuntu | grep bash; ! ls ~ubuntu/.bash_profile /etc/bashrc && grep -q 'case $- in' ~ubuntu/.bashrc", ".bashrc"),
    Line("no-yum", "! command -v yum && ! command -v dnf && readlink -f /bin/sh", "dash"),
    Line("adduser-is-debians", "useradd plain && ! ls -d /home/plain && adduser --disabled-password --gecos '' full && ls -d /home/full", "/home/full"),
    Line("java", "apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless >/dev/null && java -version 2>&1", "17."),
    Line("mysql-server", "apt-get install -y -qq mysql-server >/dev/null && systemctl is-active mysql && mysql -N -e 'select 6*7'", "42"),
    Line("apt-starts-what-it-installs", "apt-get update -qq && apt-get install -y -qq nginx >/dev/null && systemctl is-active nginx && curl -s http://localhost/", "nginx"),
    Line("versions-are-debians", "apt-cache policy php nodejs mariadb-server redis-server postgresql | grep Candidate | xargs", "8.2"),
    Line("names-that-are-not-there", "for p in openjdk-8-jre openjdk-11-jre tomcat9 php7.4 python3.10-venv docker-compose-v2; do "
                                     "LC_ALL=C apt-get install -y $p 2>&1 | grep -E 'Unable to locate|no installation candidate' || exit 1; done", "docker-compose-v2"),
]

TABLES = {"amzn2": AMZN2, "al2023": AL2023, "al2023-minimal": MINIMAL, "ubuntu": UBUNTU}


class Instances:
    """One of each, in the default VPC, reached by ssh with a key of their own as the image's user."""

    def __init__(self, region, folder):
        self.ec2 = region.client("ec2")
        self.name = f"linux-{uuid.uuid4().hex[:6]}"
        self.key = folder / "key"
        self.key.write_text(self.ec2.create_key_pair(KeyName=self.name, KeyType="ed25519")["KeyMaterial"] + "\n")
        self.key.chmod(0o600)
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        self.group = self.ec2.create_security_group(GroupName=self.name, Description="ssh", VpcId=vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
        self.ids = {system: self.start(parameter) for system, parameter in PARAMETERS.items()}
        self.addresses = {}

    def start(self, parameter):
        return self.ec2.run_instances(ImageId="resolve:ssm:" + parameter, InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName=self.name,
                                      SecurityGroupIds=[self.group])["Instances"][0]["InstanceId"]

    def describe(self, system):
        return self.ec2.describe_instances(InstanceIds=[self.ids[system]])["Reservations"][0]["Instances"][0]

    def address(self, system):
        if system not in self.addresses:
            self.addresses[system] = wait_until(lambda: self.describe(system).get("PublicIpAddress"), 120, f"the address of {system}")
            wait_until(lambda: self.ask(system, "cloud-init status").stdout.strip().endswith("done"), 180, f"the first boot of {system}")
        return self.addresses[system]

    def ask(self, system, command):
        options = ["-i", self.key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
                   "-o", "ConnectTimeout=10"]
        return run("ssh", "-n", *options, f"{USERS.get(system, 'ec2-user')}@{self.addresses[system]}", f"sudo bash -c {shlex.quote(command)}", check=False)

    def end(self):
        self.ec2.terminate_instances(InstanceIds=list(self.ids.values()))
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=list(self.ids.values()), WaiterConfig={"Delay": 1})
        self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.delete_key_pair(KeyName=self.name)


@pytest.fixture(scope="module")
def instances(region, tmp_path_factory):
    all_of_them = Instances(region, tmp_path_factory.mktemp("linux"))
    yield all_of_them
    all_of_them.end()


@pytest.mark.parametrize("system, line", [pytest.param(system, line, id=f"{system}-{line.name}") for system, lines in TABLES.items() for line in lines])
def test_what_a_file_for_the_real_one_meets(instances, system, line):
    instances.address(system)
    done = instances.ask(system, line.command)
    assert line.says in done.stdout
    assert (done.returncode != 0) == line.fails, done.stdout


def test_differences_name_each_line_and_nothing_else():
    text = (ROOT / "images/amzn2/differences.md").read_text()
    named = set(re.findall(r"`((?:amzn2|al2023|al2023-minimal|ubuntu)-[a-z0-9*-]+)`", text))
    lines = {f"{system}-{line.name}" for system, lines in TABLES.items() for line in lines}
    assert {name for name in named if not fnmatch.filter(lines, name)} == set(), "named, and no line of the tables"
    assert {line for line in lines if not any(fnmatch.fnmatchcase(line, name) for name in named)} == set(), "lines that differences.md does not name"


def test_images_say_that_they_stand_in(region):
    images = region.client("ec2").describe_images(Owners=["amazon"])["Images"]
    assert {"amzn2", "al2023", "ubuntu/images"} <= {image["Name"].split("-ami")[0].split("/hvm")[0] for image in images}
    for image in images:
        assert ".hanbat" in image["Name"] and "stand-in" in image["Description"]


def test_instances_of_al2023_ask_for_imds_v2_and_those_of_amzn2_do_not(instances):
    assert instances.describe("al2023")["MetadataOptions"]["HttpTokens"] == "required"
    assert instances.describe("al2023")["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert instances.describe("amzn2")["MetadataOptions"]["HttpTokens"] == "optional"
