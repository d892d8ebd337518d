"""AWS's guide "Getting started with CodeBuild using the AWS CLI", followed word by word: a Java library in a zip of one bucket, tested
and packed by Maven in a build, its jar in a zip of another."""
import io
import json
import os
import uuid
import zipfile

import pytest

from region import REGION, wait_until

# The guide's own, and with ./test --long those of both Amazon Linuxes.
IMAGES = ["standard:5.0"]
if os.environ.get("HANBAT_LONG"):
    IMAGES += ["amazonlinux2-x86_64-standard:3.0", "amazonlinux-x86_64-standard:5.0"]
FILES = {
    "buildspec.yml": """version: 0.2

phases:
  install:
    runtime-versions:
      java: corretto11
  pre_build:
    commands:
      - echo Nothing to do in the pre_build phase...
  build:
    commands:
      - echo Build started on `date`
      - mvn install
  post_build:
    commands:
      - echo Build completed on `date`
artifacts:
  files:
    - target/greeting-1.0.jar
""",
    "pom.xml": """<project xmlns="http://maven.apache.org/POM/4.0.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/maven-v4_0_0.xsd">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>greeting</artifactId>
  <version>1.0</version>
  <packaging>jar</packaging>
  <name>A library with one class</name>
  <dependencies>
    <dependency>
      <groupId>junit</groupId>
      <artifactId>junit</artifactId>
      <version>4.11</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.8.0</version>
      </plugin>
    </plugins>
  </build>
  <properties>
    <maven.compiler.source>1.8</maven.compiler.source>
    <maven.compiler.target>1.8</maven.compiler.target>
  </properties>
</project>
""",
    "src/main/java/Greeting.java": """public class Greeting {
  private final String name;

  public Greeting(String name) {
    this.name = name;
  }

  public String text() {
    return "Hello, " + name;
  }
}
""",
    "src/test/java/GreetingTest.java": """import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class GreetingTest {
  @Test
  public void itGreetsByName() {
    System.out.println("Inside itGreetsByName()");
    assertEquals("Hello, Ada", new Greeting("Ada").text());
  }
}
""",
}


class Tutorial:
    def __init__(self, region, folder, image):
        self.region, self.folder, self.image = region, folder, image
        self.name = f"demo-{uuid.uuid4().hex[:8]}"
        self.input, self.output = f"codebuild-{REGION}-{self.name}-input", f"codebuild-{REGION}-{self.name}-output"

    def aws(self, *arguments):
        return json.loads(self.region.aws(*arguments, "--output", "json").stdout or "null")

    def upload(self):
        for bucket in (self.input, self.output):
            self.region.aws("s3", "mb", f"s3://{bucket}")
        path = self.folder / "Greeting.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for name, text in FILES.items():
                packed.writestr(name, text)
        self.region.aws("s3", "cp", path, f"s3://{self.input}/Greeting.zip")

    def role(self):
        """The service role as the guide makes it: one inline policy."""
        trust, policy = self.folder / "create-role.json", self.folder / "put-role-policy.json"
        trust.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
            {"Sid": "CloudWatchLogsPolicy", "Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
            {"Sid": "CodeCommitPolicy", "Effect": "Allow", "Action": ["codecommit:GitPull"], "Resource": "*"},
            {"Sid": "S3GetObjectPolicy", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "*"},
            {"Sid": "S3PutObjectPolicy", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "*"},
            {"Sid": "S3BucketIdentity", "Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:GetBucketLocation"], "Resource": "*"}]}))
        made = self.aws("iam", "create-role", "--role-name", self.name, "--assume-role-policy-document", f"file://{trust}")
        self.region.aws("iam", "put-role-policy", "--role-name", self.name, "--policy-name", "CodeBuildServiceRolePolicy", "--policy-document", f"file://{policy}")
        return made["Role"]["Arn"]

    def project(self, role):
        path = self.folder / "create-project.json"
        path.write_text(json.dumps({
            "name": self.name, "source": {"type": "S3", "location": f"{self.input}/Greeting.zip"},
            "artifacts": {"type": "S3", "location": self.output},
            "environment": {"type": "LINUX_CONTAINER", "image": f"aws/codebuild/{self.image}", "computeType": "BUILD_GENERAL1_SMALL"},
            "serviceRole": role}))
        return self.aws("codebuild", "create-project", "--cli-input-json", f"file://{path}")["project"]

    def build(self, limit_s=900):
        started = self.aws("codebuild", "start-build", "--project-name", self.name)["build"]["id"]
        codebuild = self.region.client("codebuild")
        return wait_until(lambda: (lambda one: one["buildComplete"] and one)(codebuild.batch_get_builds(ids=[started])["builds"][0]), limit_s, "the build's end")

    def log(self, build):
        events = self.region.client("logs").get_log_events(logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"], startFromHead=True)
        return "".join(event["message"] for event in events["events"])

    def artifact(self):
        """The names in the jar that the build stored, in the folder that bears the project's name."""
        body = self.region.client("s3").get_object(Bucket=self.output, Key=f"{self.name}/target/greeting-1.0.jar")["Body"].read()
        return zipfile.ZipFile(io.BytesIO(body)).namelist()

    def end(self):
        self.region.client("codebuild").delete_project(name=self.name)
        for bucket in (self.input, self.output):
            self.region.aws("s3", "rb", "--force", f"s3://{bucket}")
        self.region.client("iam").delete_role_policy(RoleName=self.name, PolicyName="CodeBuildServiceRolePolicy")
        self.region.client("iam").delete_role(RoleName=self.name)


@pytest.fixture(scope="module", params=IMAGES)
def tutorial(request, region, tmp_path_factory):
    one = Tutorial(region, tmp_path_factory.mktemp("tutorial"), request.param)
    one.upload()
    yield one
    one.end()


def test_the_library_is_tested_and_its_jar_stored(tutorial):
    project = tutorial.project(tutorial.role())
    assert project["timeoutInMinutes"] == 60 and project["artifacts"]["packaging"] == "NONE"
    build = tutorial.build()
    failed = {phase["phaseType"]: phase["contexts"][0]["message"] for phase in build["phases"] if phase.get("phaseStatus") == "FAILED"}
    if any("No registry gave it" in message for message in failed.values()):
        pytest.skip(f"no package registry is reached from here: {failed}")
    log = tutorial.log(build)
    assert build["buildStatus"] == "SUCCEEDED", f"{failed} {log[-3000:]}"
    assert "Inside itGreetsByName()" in log and "BUILD SUCCESS" in log
    assert [phase["phaseType"] for phase in build["phases"]] == [
        "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED"]
    assert "Greeting.class" in tutorial.artifact()
