# A delivery of a web application, as another stranger writes it: policies as heredocs, a server in the default VPC, a bucket with an
# ACL of its owner, a project that stands on its own and is built by the pipeline, its logs in a stream of its own.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = "ap-northeast-2"
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

data "aws_ami" "amazonlinux2" {
  most_recent = true
  owners      = ["amazon"]
  dynamic "filter" {
    for_each = { name = "amzn2-ami-hvm-*-gp2", architecture = "x86_64", root-device-type = "ebs", virtualization-type = "hvm" }
    content {
      name   = filter.key
      values = [filter.value]
    }
  }
}

resource "aws_codecommit_repository" "notes" {
  repository_name = "notes"
  default_branch  = "master"
}

resource "aws_s3_bucket" "notes" {
  bucket_prefix = "notes-"
  force_destroy = true
}

resource "aws_s3_bucket_ownership_controls" "notes" {
  bucket = aws_s3_bucket.notes.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_acl" "notes" {
  bucket     = aws_s3_bucket.notes.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.notes]
}

resource "aws_s3_bucket_versioning" "notes" {
  bucket = aws_s3_bucket.notes.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_ecr_repository" "notes" {
  name                 = "notes"
  image_tag_mutability = "MUTABLE"
  force_delete         = true
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_iam_role" "builder" {
  name               = "notes-builder"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
EOF
}

resource "aws_iam_role_policy" "builder" {
  role   = aws_iam_role.builder.name
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Resource": ["*"], "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]},
    {"Effect": "Allow", "Resource": ["${aws_s3_bucket.notes.arn}", "${aws_s3_bucket.notes.arn}/*"], "Action": ["s3:*"]},
    {"Effect": "Allow", "Resource": "*", "Action": ["ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload",
      "ecr:GetAuthorizationToken", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]},
    {"Effect": "Allow", "Resource": "*", "Action": ["ssm:GetParameters"]}
  ]
}
EOF
}

resource "aws_codebuild_project" "notes" {
  name          = "notes"
  description   = "builds the notes"
  build_timeout = "5"
  service_role  = aws_iam_role.builder.arn

  artifacts {
    type     = "S3"
    location = aws_s3_bucket.notes.bucket
  }

  environment {
    compute_type                = "BUILD_GENERAL1_SMALL"
    image                       = "aws/codebuild/amazonlinux2-x86_64-standard:3.0"
    type                        = "LINUX_CONTAINER"
    image_pull_credentials_type = "CODEBUILD"
    privileged_mode             = true

    dynamic "environment_variable" {
      for_each = { AWS_ACCOUNT_ID = data.aws_caller_identity.current.account_id, IMAGE_TAG = "latest", IMAGE_REPO_NAME = aws_ecr_repository.notes.name }
      content {
        name  = environment_variable.key
        value = environment_variable.value
        type  = "PLAINTEXT"
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name  = "notes"
      stream_name = "builds"
    }
  }

  source {
    type            = "CODECOMMIT"
    location        = aws_codecommit_repository.notes.clone_url_http
    git_clone_depth = 1
    git_submodules_config {
      fetch_submodules = true
    }
  }

  source_version = "master"
  tags           = { Environment = "Test" }
}

resource "aws_security_group" "server" {
  name        = "notes-server"
  description = "HTTP and SSH from everywhere"

  dynamic "ingress" {
    for_each = [22, 80, 3000]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role" "server" {
  name               = "notes-server"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{"Sid": "", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
EOF
}

resource "aws_iam_role_policy" "server" {
  role   = aws_iam_role.server.name
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObjectAcl", "s3:PutObject"], "Resource": ["*"]},
    {"Sid": "GetAuthorizationToken", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages"], "Resource": ["${aws_ecr_repository.notes.arn}"]}
  ]
}
EOF
}

resource "aws_iam_instance_profile" "server" {
  name = "notes-server"
  role = aws_iam_role.server.name
}

resource "aws_instance" "server" {
  instance_type          = "t2.micro"
  ami                    = data.aws_ami.amazonlinux2.id
  iam_instance_profile   = aws_iam_instance_profile.server.name
  vpc_security_group_ids = [aws_security_group.server.id]
  user_data              = <<-EOT
    #!/bin/bash
    yum -y update
    yum install -y ruby wget
    cd /home/ec2-user
    wget https://aws-codedeploy-${data.aws_region.current.name}.s3.${data.aws_region.current.name}.amazonaws.com/latest/install
    chmod +x ./install
    ./install auto
  EOT
  tags                   = { Name = "notes", Environment = "dev" }
}

resource "aws_iam_role" "deployer" {
  name               = "notes-deployer"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{"Sid": "", "Effect": "Allow", "Principal": {"Service": "codedeploy.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
EOF
}

resource "aws_iam_role_policy_attachment" "deployer" {
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole"
  role       = aws_iam_role.deployer.name
}

resource "aws_codedeploy_app" "notes" {
  name = "notes"
}

resource "aws_codedeploy_deployment_group" "notes" {
  app_name               = aws_codedeploy_app.notes.name
  deployment_group_name  = "notes"
  deployment_config_name = "CodeDeployDefault.AllAtOnce"
  service_role_arn       = aws_iam_role.deployer.arn

  ec2_tag_set {
    ec2_tag_filter {
      key   = "Environment"
      type  = "KEY_AND_VALUE"
      value = "dev"
    }
  }

  auto_rollback_configuration {
    enabled = false
    events  = ["DEPLOYMENT_FAILURE"]
  }
}

resource "aws_iam_role" "pipeline" {
  name               = "notes-pipeline"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
EOF
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "pipeline"
  role   = aws_iam_role.pipeline.id
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Resource": ["${aws_s3_bucket.notes.arn}", "${aws_s3_bucket.notes.arn}/*"],
     "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:GetBucketVersioning", "s3:PutObjectAcl", "s3:PutObject"]},
    {"Effect": "Allow", "Resource": "${aws_codecommit_repository.notes.arn}",
     "Action": ["codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive"]},
    {"Effect": "Allow", "Resource": "*", "Action": ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:BatchGetProjects"]},
    {"Effect": "Allow", "Resource": ["${aws_codedeploy_deployment_group.notes.arn}"], "Action": ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"]},
    {"Effect": "Allow", "Resource": ["*"], "Action": ["codedeploy:GetDeploymentConfig"]},
    {"Effect": "Allow", "Resource": ["${aws_codedeploy_app.notes.arn}"], "Action": ["codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"]}
  ]
}
EOF
}

resource "aws_codepipeline" "notes" {
  name     = "notes"
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    location = aws_s3_bucket.notes.bucket
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
      output_artifacts = ["source_output"]
      configuration = {
        RepositoryName       = aws_codecommit_repository.notes.repository_name
        BranchName           = "master"
        PollForSourceChanges = true
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
      input_artifacts  = ["source_output"]
      output_artifacts = ["build_output"]
      version          = "1"
      configuration    = { ProjectName = aws_codebuild_project.notes.name }
    }
  }

  stage {
    name = "Deploy"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CodeDeploy"
      input_artifacts = ["build_output"]
      version         = "1"
      configuration = {
        ApplicationName     = aws_codedeploy_app.notes.name
        DeploymentGroupName = aws_codedeploy_deployment_group.notes.deployment_group_name
      }
    }
  }
}

output "instance" {
  value = aws_instance.server.id
}

output "address" {
  value = aws_instance.server.public_ip
}
