"""Point 3: a server is replaced by the bastion's script, and a deployment makes it serve."""
from region import wait_until


def test_a_server_from_the_bastions_script_serves_after_the_next_deployment(commission):
    ec2 = commission.client("ec2")
    old = commission.servers()["wsi-api-2"]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[old])
    wait_until(lambda: "wsi-api-2" not in commission.servers(), 120, "the end of wsi-api-2")

    said = commission.on_bastion("/opt/ec2_launch.sh wsi-api-3")
    new = said.strip().splitlines()[-1]
    wait_until(lambda: commission.servers().get("wsi-api-3", {}).get("InstanceId") == new, 120, "wsi-api-3")
    assert new not in commission.target_health()

    pipeline = commission.client("codepipeline")
    execution = pipeline.start_pipeline_execution(name="wsi-api-pipeline")["pipelineExecutionId"]

    def ended():
        one = pipeline.get_pipeline_execution(pipelineName="wsi-api-pipeline", pipelineExecutionId=execution)["pipelineExecution"]
        return one["status"] not in ("InProgress", "Stopping") and one
    assert wait_until(ended, 600, "the pipeline")["status"] == "Succeeded"
    wait_until(lambda: commission.target_health().get(new) == "healthy", 60, "wsi-api-3 behind the balancer")
    host = commission.servers()["wsi-api-3"]["PrivateDnsName"].split(".")[0]
    assert host in commission.versions()
