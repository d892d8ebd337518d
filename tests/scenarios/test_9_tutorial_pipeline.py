"""AWS's tutorial of a first pipeline, followed by somebody who knows only AWS: a repository, an instance whose user data installs the
agent, an application whose hooks install and start httpd by the system's own commands, and a push that goes live."""
import json

import pytest

from region import REGION, run, wait_until
from tutorial import PARAMETERS, Person

FILES = {
    "appspec.yml": """version: 0.0
os: linux
files:
  - source: /index.html
    destination: /var/www/html/
hooks:
  BeforeInstall:
    - location: scripts/install_web
      timeout: 300
      runas: root
    - location: scripts/start_web
      timeout: 300
      runas: root
  ApplicationStop:
    - location: scripts/stop_web
      timeout: 300
      runas: root
""",
    "index.html": "<h1>the first page</h1>\n",
    "LICENSE.txt": "Anybody may use this page.\n",
    "scripts/install_web": "#!/bin/bash\nyum install -y httpd\n",
    "scripts/start_web": "#!/bin/bash\nservice httpd start\n",
    # Whether it runs is asked of the process list, by the program's name.
    "scripts/stop_web": "#!/bin/bash\nrunning=$(pgrep httpd)\nif [[ -n $running ]]; then\n  service httpd stop\n  echo yes >/var/www/html/was-stopped\nfi\n",
}
PIPELINE_RIGHTS = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": [
        "codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository",
        "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive"]},
    {"Effect": "Allow", "Resource": "*", "Action": [
        "codedeploy:CreateDeployment", "codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:GetDeployment",
        "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"]},
    {"Effect": "Allow", "Resource": "*", "Action": ["s3:*"]}]}


class Tutorial(Person):
    def repository(self):
        commits = self.region.client("codecommit")
        made = self.aws("codecommit", "create-repository", "--repository-name", self.name, "--repository-description", "My demonstration repository")
        self.later(lambda: commits.delete_repository(repositoryName=self.name))
        self.clone = self.folder / "my-demo-repo"
        run("git", "clone", made["repositoryMetadata"]["cloneUrlHttp"], self.clone, env=self.region.env)

    def push(self, files, message):
        self.write(self.clone, files)
        for command in (["add", "-A"], ["commit", "-m", message], ["push", "origin", "HEAD:main"]):
            self.git(self.clone, *command)
        return self.git(self.clone, "rev-parse", "HEAD")

    def first_pipeline(self):
        self.pipeline = self.region.client("codepipeline")
        bucket = self.bucket()
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        # As the console writes it: each action with its region and the namespace of its variables.
        source = {"name": "Source", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"}, "runOrder": 1,
                  "configuration": {"RepositoryName": self.name, "BranchName": "main", "PollForSourceChanges": "true", "OutputArtifactFormat": "CODE_ZIP"},
                  "inputArtifacts": [], "outputArtifacts": [{"name": "SourceArtifact"}], "region": REGION, "namespace": "SourceVariables"}
        deploy = {"name": "Deploy", "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CodeDeploy", "version": "1"}, "runOrder": 1,
                  "configuration": {"ApplicationName": self.name, "DeploymentGroupName": "MyDemoDeploymentGroup"},
                  "inputArtifacts": [{"name": "SourceArtifact"}], "outputArtifacts": [], "region": REGION, "namespace": "DeployVariables"}
        definition = self.folder / "pipeline.json"
        definition.write_text(json.dumps({"pipeline": {
            "name": self.name, "roleArn": self.role("codepipeline", rights=PIPELINE_RIGHTS), "artifactStore": {"type": "S3", "location": bucket},
            "version": 1, "executionMode": "QUEUED", "pipelineType": "V2",
            "stages": [{"name": "Source", "actions": [source]}, {"name": "Deploy", "actions": [deploy]}]}}))
        self.region.aws("codepipeline", "create-pipeline", "--cli-input-json", f"file://{definition}")
        self.later(lambda: self.pipeline.delete_pipeline(name=self.name))

    def outcome(self, commit, limit_s=300):
        """How the pipeline's execution of a commit ended."""
        def ended():
            for one in self.pipeline.list_pipeline_executions(pipelineName=self.name)["pipelineExecutionSummaries"]:
                if any(revision.get("revisionId") == commit for revision in one.get("sourceRevisions", [])) and one["status"] not in ("InProgress", "Stopping"):
                    return one["status"]
            return None
        return wait_until(ended, limit_s, f"the pipeline's execution of {commit}")


@pytest.fixture(scope="module", params=list(PARAMETERS))
def tutorial(request, region, tmp_path_factory):
    one = Tutorial(region, request.param, tmp_path_factory.mktemp("tutorial"))
    try:
        one.repository()
        one.first = one.push(FILES, "Add sample application files")
        one.instance((one.name, "yes"))
        # Only the tag's key is given, as the tutorial does.
        one.application("MyDemoDeploymentGroup", f"Key={one.name},Type=KEY_ONLY")
        one.first_pipeline()
        yield one
    finally:
        one.end()


def test_the_first_page_is_live_as_soon_as_the_pipeline_is_made(tutorial):
    assert tutorial.outcome(tutorial.first) == "Succeeded", tutorial.events()
    assert tutorial.page() == (200, FILES["index.html"])


def test_a_changed_page_goes_live_by_a_push_and_the_server_was_stopped_before(tutorial):
    changed = {"index.html": "<h1>the changed page</h1>\n"}
    assert tutorial.outcome(tutorial.push(changed, "Updated sample application files")) == "Succeeded", tutorial.events()
    assert tutorial.page() == (200, changed["index.html"])
    assert tutorial.events()["ApplicationStop"]["status"] == "Succeeded"
    assert tutorial.page("/was-stopped") == (200, "yes\n")
