resource "aws_codecommit_repository" "api" {
  repository_name = "wsi-api-repo"
  description     = "the API"
}

resource "aws_ecr_repository" "api" {
  name                 = "wsi-api-ecr"
  image_tag_mutability = "MUTABLE"
  force_delete         = true
  image_scanning_configuration { scan_on_push = false }
}

resource "aws_ecr_lifecycle_policy" "api" {
  repository = aws_ecr_repository.api.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "the last thirty"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 30 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "wsi-artifacts-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    id     = "old-artifacts"
    status = "Enabled"
    filter {}
    expiration { days = 90 }
    noncurrent_version_expiration { noncurrent_days = 30 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
}

resource "aws_cloudwatch_log_group" "builds" {
  for_each          = toset(["build", "release"])
  name              = "/aws/codebuild/wsi-api-${each.key}"
  retention_in_days = 14
}

resource "aws_iam_role" "build" {
  for_each           = toset(["build", "release"])
  name               = "wsi-api-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust["codebuild"].json
}

data "aws_iam_policy_document" "build" {
  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.builds : "${group.arn}:*"]
  }
  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }
  statement {
    actions   = ["codecommit:GitPull"]
    resources = [aws_codecommit_repository.api.arn]
  }
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
    "ecr:PutImage", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.api.arn]
  }
}

resource "aws_iam_role_policy" "build" {
  for_each = aws_iam_role.build
  name     = "build"
  role     = each.value.id
  policy   = data.aws_iam_policy_document.build.json
}

resource "aws_codebuild_project" "build" {
  name         = "wsi-api-build"
  service_role = aws_iam_role.build["build"].arn
  artifacts { type = "CODEPIPELINE" }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = "buildspec.yml"
  }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_SOURCE_CACHE"]
  }
  logs_config {
    cloudwatch_logs { group_name = aws_cloudwatch_log_group.builds["build"].name }
  }
}

resource "aws_codebuild_project" "release" {
  name           = "wsi-api-release"
  service_role   = aws_iam_role.build["release"].arn
  source_version = "refs/heads/release"
  artifacts { type = "NO_ARTIFACTS" }
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    environment_variable {
      name  = "REPOSITORY_URI"
      value = aws_ecr_repository.api.repository_url
    }
    environment_variable {
      name  = "BASE_IMAGE"
      value = "public.ecr.aws/amazonlinux/amazonlinux:2"
    }
  }
  source {
    type            = "CODECOMMIT"
    location        = aws_codecommit_repository.api.clone_url_http
    buildspec       = "buildspec-release.yml"
    git_clone_depth = 1
  }
  logs_config {
    cloudwatch_logs { group_name = aws_cloudwatch_log_group.builds["release"].name }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "wsi-codedeploy"
  assume_role_policy = data.aws_iam_policy_document.trust["codedeploy"].json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  role       = aws_iam_role.deploy.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole"
}

resource "aws_codedeploy_app" "api" {
  name             = "wsi-api"
  compute_platform = "Server"
}

resource "aws_codedeploy_deployment_group" "api" {
  app_name               = aws_codedeploy_app.api.name
  deployment_group_name  = "dev-api"
  service_role_arn       = aws_iam_role.deploy.arn
  deployment_config_name = "CodeDeployDefault.OneAtATime"
  deployment_style {
    deployment_type   = "IN_PLACE"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }
  ec2_tag_set {
    ec2_tag_filter {
      key   = "wsi:deploy:group"
      type  = "KEY_AND_VALUE"
      value = "dev-api"
    }
  }
  load_balancer_info {
    target_group_info { name = aws_lb_target_group.api.name }
  }
  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE"]
  }
}

resource "aws_iam_role" "pipeline" {
  name               = "wsi-codepipeline"
  assume_role_policy = data.aws_iam_policy_document.trust["codepipeline"].json
}

resource "aws_iam_role_policy" "pipeline" {
  name = "pipeline"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:GetBucketVersioning"],
      Resource = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"] },
      { Effect = "Allow", Action = ["codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:UploadArchive",
      "codecommit:GetUploadArchiveStatus", "codecommit:CancelUploadArchive"], Resource = aws_codecommit_repository.api.arn },
      { Effect = "Allow", Action = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"], Resource = aws_codebuild_project.build.arn },
      { Effect = "Allow", Action = ["codedeploy:CreateDeployment", "codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig",
      "codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"], Resource = "*" },
    ]
  })
}

resource "aws_codepipeline" "api" {
  name          = "wsi-api-pipeline"
  role_arn      = aws_iam_role.pipeline.arn
  pipeline_type = "V2"
  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }
  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeCommit"
      version          = "1"
      output_artifacts = ["SourceArtifact"]
      configuration = {
        RepositoryName       = aws_codecommit_repository.api.repository_name
        BranchName           = "main"
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
      input_artifacts  = ["SourceArtifact"]
      output_artifacts = ["BuildArtifact"]
      configuration    = { ProjectName = aws_codebuild_project.build.name }
    }
  }
  stage {
    name = "Deploy"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CodeDeploy"
      version         = "1"
      input_artifacts = ["BuildArtifact"]
      configuration = {
        ApplicationName     = aws_codedeploy_app.api.name
        DeploymentGroupName = aws_codedeploy_deployment_group.api.deployment_group_name
      }
    }
  }
}

resource "aws_iam_role" "events" {
  name               = "wsi-events"
  assume_role_policy = data.aws_iam_policy_document.trust["events"].json
}

resource "aws_iam_role_policy" "events" {
  name = "start"
  role = aws_iam_role.events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "codepipeline:StartPipelineExecution", Resource = aws_codepipeline.api.arn },
      { Effect = "Allow", Action = "codebuild:StartBuild", Resource = aws_codebuild_project.release.arn },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "push" {
  for_each    = { main = "main", release = "release" }
  name        = "wsi-api-${each.key}"
  description = "a push to ${each.value}"
  event_pattern = jsonencode({
    source      = ["aws.codecommit"]
    detail-type = ["CodeCommit Repository State Change"]
    resources   = [aws_codecommit_repository.api.arn]
    detail      = { event = ["referenceCreated", "referenceUpdated"], referenceType = ["branch"], referenceName = [each.value] }
  })
}

resource "aws_cloudwatch_event_target" "push" {
  for_each = { main = aws_codepipeline.api.arn, release = aws_codebuild_project.release.arn }
  rule     = aws_cloudwatch_event_rule.push[each.key].name
  arn      = each.value
  role_arn = aws_iam_role.events.arn
}

output "repository" { value = aws_codecommit_repository.api.clone_url_http }
output "registry" { value = aws_ecr_repository.api.repository_url }
