"""Point 2: a hook that exits 1."""
from region import HANBAT, new_version, run, set_version


def test_a_hook_that_exits_1_fails_the_deployment_and_leaves_the_other_server_serving(commission):
    before = set(commission.versions().values())
    assert len(before) == 1
    version = new_version()

    def break_it(clone):
        set_version(version)(clone)
        hook = clone / "scripts" / "validate.sh"
        hook.write_text(hook.read_text().replace("#!/bin/bash\n", "#!/bin/bash\necho the-reason-of-the-failure; exit 1\n", 1))

    try:
        execution = commission.wait_execution(commission.push("main", break_it))
        assert execution["status"] == "Failed"
        action = commission.actions(execution)["Deploy"]
        assert action["status"] == "Failed"

        deployment = action["output"]["executionResult"]["externalExecutionId"]
        info = commission.client("codedeploy").get_deployment(deploymentId=deployment)["deploymentInfo"]
        assert info["status"] == "Failed"
        failed = [detail for detail in commission.lifecycle(deployment).values() if detail["status"] == "Failed"]
        assert len(failed) == 1
        event = next(e for e in failed[0]["lifecycleEvents"] if e["lifecycleEventName"] == "ValidateService")
        assert event["status"] == "Failed"
        assert event["diagnostics"]["errorCode"] == "ScriptFailed"
        assert event["diagnostics"]["scriptName"] == "scripts/validate.sh"
        assert "the-reason-of-the-failure" in event["diagnostics"]["logTail"]

        # Why is told from the pipeline down to the script's line, in both languages.
        told = run(HANBAT, "explain", "pipeline", "wsi-api-pipeline", "--language", "en", env=commission.env).stdout
        assert "ValidateService: the script scripts/validate.sh failed." in told and "the-reason-of-the-failure" in told
        assert "ValidateService: 스크립트 scripts/validate.sh" in run(HANBAT, "explain", "deployment", deployment, "--language", "ko", env=commission.env).stdout

        # The server that was not touched still answers, with what it had.
        assert set(commission.versions().values()) == before
    finally:
        def mend(clone):
            set_version(new_version())(clone)
            hook = clone / "scripts" / "validate.sh"
            hook.write_text(hook.read_text().replace("echo the-reason-of-the-failure; exit 1\n", "", 1))

        assert commission.wait_execution(commission.push("main", mend))["status"] == "Succeeded"
    assert len(commission.versions()) == len(commission.servers())
