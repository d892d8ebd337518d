"""Point 6: hanbatd is killed in the middle of a build and in the middle of a deployment."""
from region import kill_and_wait, new_version, set_version, wait_until


def went_live_once(region, commit, version):
    execution = region.wait_execution(commit)
    assert execution["status"] == "Succeeded"
    assert len(region.executions(commit)) == 1
    assert set(region.versions().values()) == {version}
    assert len(region.versions()) == len(region.servers())
    actions = region.client("codepipeline").list_action_executions(
        pipelineName="wsi-api-pipeline", filter={"pipelineExecutionId": execution["pipelineExecutionId"]})["actionExecutionDetails"]
    assert sorted(action["stageName"] for action in actions) == ["Build", "Deploy", "Source"]
    return execution


def test_killed_during_a_build_the_same_push_goes_live_once(commission):
    version = new_version()

    def slow_build(clone):
        set_version(version)(clone)
        spec = clone / "buildspec.yml"
        spec.write_text(spec.read_text().replace('      - echo "compiling', '      - for i in $(seq 10); do echo line-$i; sleep 1; done\n      - echo "compiling', 1))

    def quick_build(clone):
        set_version(version + "q")(clone)
        spec = clone / "buildspec.yml"
        spec.write_text(spec.read_text().replace("      - for i in $(seq 10); do echo line-$i; sleep 1; done\n", "", 1))

    commit = commission.push("main", slow_build)
    try:
        build = wait_until(lambda: commission.wait_action(commit, "Build").get("output", {}).get("executionResult", {}).get("externalExecutionId"),
                           60, "the build")
        lines = commission.client("logs")

        def logged():
            one = commission.client("codebuild").batch_get_builds(ids=[build])["builds"][0]
            if not one.get("logs", {}).get("streamName"):
                return []
            return [e["message"].strip() for e in lines.get_log_events(
                logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"], startFromHead=True)["events"]]

        wait_until(lambda: any("line-3" == line for line in logged()), 60, "the build's third line")
        kill_and_wait(commission)
        went_live_once(commission, commit, version)
        told = [line for line in logged() if line.startswith("line-")]
        assert told == [f"line-{i}" for i in range(1, 11)], "a line was lost or came twice"
    finally:
        mended = commission.push("main", quick_build)
        assert commission.wait_execution(mended)["status"] == "Succeeded"


def test_killed_during_a_deployment_the_same_push_goes_live_once(commission):
    version = new_version()
    commit = commission.push("main", set_version(version))

    def installing():
        deployment = commission.wait_action(commit, "Deploy").get("output", {}).get("executionResult", {}).get("externalExecutionId")
        if not deployment:
            return None
        details = commission.lifecycle(deployment).values()
        return any(e["status"] == "Succeeded" for d in details for e in d["lifecycleEvents"]) and deployment

    deployment = wait_until(installing, 120, "the deployment's first event")
    kill_and_wait(commission)
    execution = went_live_once(commission, commit, version)
    assert commission.deployment_of(execution) == deployment
