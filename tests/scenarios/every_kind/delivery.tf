resource "aws_codecommit_repository" "one" {
  repository_name = "every-kind"
  description     = "of ${var.stage}"
}

resource "aws_ecr_repository" "one" {
  name                 = "every/kind"
  image_tag_mutability = local.later ? "IMMUTABLE" : "MUTABLE"
  force_delete         = true
  image_scanning_configuration { scan_on_push = local.later }
}

resource "aws_ecr_lifecycle_policy" "one" {
  repository = aws_ecr_repository.one.name
  policy = jsonencode({ rules = [{
    rulePriority = 1, description = var.stage
    selection    = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = local.later ? 5 : 3 }
    action       = { type = "expire" }
  }] })
}

resource "aws_ecr_repository_policy" "one" {
  repository = aws_ecr_repository.one.name
  policy     = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = title(var.stage), Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = ["ecr:BatchGetImage"] }] })
}

resource "aws_ecr_registry_policy" "one" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = title(var.stage), Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = ["ecr:CreateRepository"], Resource = ["arn:aws:ecr:${data.aws_region.current.name}:${local.account}:repository/*"] }] })
}

resource "aws_ecr_registry_scanning_configuration" "one" {
  scan_type = "BASIC"
  rule {
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {
      filter      = local.later ? "every*" : "*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_codebuild_project" "one" {
  name           = "every-kind"
  description    = "of ${var.stage}"
  service_role   = aws_iam_role.one.arn
  build_timeout  = local.later ? 20 : 10
  queued_timeout = 60
  artifacts { type = "NO_ARTIFACTS" }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE"]
  }
  environment {
    compute_type    = local.later ? "BUILD_GENERAL1_MEDIUM" : "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    environment_variable {
      name  = "STAGE"
      value = var.stage
    }
    environment_variable {
      name  = "WORD"
      type  = "PARAMETER_STORE"
      value = aws_ssm_parameter.secret.name
    }
  }
  logs_config {
    cloudwatch_logs {
      group_name  = aws_cloudwatch_log_group.one.name
      stream_name = "builds"
    }
  }
  source {
    type            = "CODECOMMIT"
    location        = aws_codecommit_repository.one.clone_url_http
    git_clone_depth = 1
    buildspec       = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo ${var.stage}\n"
  }
  source_version = "refs/heads/main"
}

resource "aws_codebuild_source_credential" "one" {
  auth_type   = "PERSONAL_ACCESS_TOKEN"
  server_type = "GITHUB"
  token       = "a-word-of-nobody"
}

resource "aws_codedeploy_app" "one" {
  name             = "every-kind"
  compute_platform = "Server"
}

resource "aws_codedeploy_deployment_config" "one" {
  deployment_config_name = "every-kind"
  compute_platform       = "Server"
  minimum_healthy_hosts {
    type  = "FLEET_PERCENT"
    value = 75
  }
}

resource "aws_codedeploy_deployment_group" "one" {
  app_name                    = aws_codedeploy_app.one.name
  deployment_group_name       = "every-kind"
  service_role_arn            = aws_iam_role.one.arn
  deployment_config_name      = aws_codedeploy_deployment_config.one.id
  outdated_instances_strategy = local.later ? "IGNORE" : "UPDATE"
  ec2_tag_set {
    ec2_tag_filter {
      key   = "Stage"
      type  = "KEY_AND_VALUE"
      value = var.stage
    }
    ec2_tag_filter {
      key  = "Never"
      type = "KEY_ONLY"
    }
  }
  deployment_style {
    deployment_option = local.later ? "WITHOUT_TRAFFIC_CONTROL" : "WITH_TRAFFIC_CONTROL"
    deployment_type   = "IN_PLACE"
  }
  load_balancer_info {
    target_group_info { name = aws_lb_target_group.one.name }
  }
  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE"]
  }
}

resource "aws_codepipeline" "one" {
  name     = "every-kind"
  role_arn = aws_iam_role.one.arn
  artifact_store {
    location = aws_s3_bucket.one.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeCommit"
      version          = "1"
      output_artifacts = ["source"]
      configuration = {
        RepositoryName       = aws_codecommit_repository.one.repository_name
        BranchName           = local.later ? "later" : "main"
        PollForSourceChanges = "false"
      }
    }
  }
  stage {
    name = "Build"
    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["source"]
      output_artifacts = ["built"]
      configuration    = { ProjectName = aws_codebuild_project.one.name }
    }
  }
  stage {
    name = "Approve"
    action {
      name          = "Ask"
      category      = "Approval"
      owner         = "AWS"
      provider      = "Manual"
      version       = "1"
      configuration = { CustomData = "of ${var.stage}" }
    }
  }
}

resource "aws_cloudwatch_event_rule" "one" {
  name        = "every-kind"
  description = "of ${var.stage}"
  state       = local.later ? "DISABLED" : "ENABLED"
  event_pattern = jsonencode({
    source    = ["aws.codecommit"], detail-type = ["CodeCommit Repository State Change"]
    resources = [aws_codecommit_repository.one.arn]
    detail    = { event = ["referenceCreated", "referenceUpdated"], referenceName = [local.later ? "later" : "main"] }
  })
}

resource "aws_cloudwatch_event_rule" "clock" {
  name_prefix         = "every-kind-"
  schedule_expression = local.later ? "rate(2 hours)" : "rate(1 hour)"
  state               = "DISABLED"
}

resource "aws_cloudwatch_event_target" "one" {
  rule      = aws_cloudwatch_event_rule.one.name
  target_id = "pipeline"
  arn       = aws_codepipeline.one.arn
  role_arn  = aws_iam_role.one.arn
}

resource "aws_cloudwatch_event_target" "log" {
  rule = aws_cloudwatch_event_rule.clock.name
  arn  = aws_cloudwatch_log_group.one.arn
}

resource "aws_cloudwatch_event_bus" "one" {
  name        = "every-kind"
  description = "of ${var.stage}"
}
resource "aws_cloudwatch_event_bus" "two" { name = "every-kind-policy" }

resource "aws_cloudwatch_event_bus_policy" "two" {
  event_bus_name = aws_cloudwatch_event_bus.two.name
  policy         = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = title(var.stage), Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = "events:PutEvents", Resource = aws_cloudwatch_event_bus.two.arn }] })
}

resource "aws_cloudwatch_event_permission" "one" {
  principal      = local.account
  statement_id   = "Account"
  event_bus_name = aws_cloudwatch_event_bus.one.name
}
