variable "name" { type = string }
variable "stage" { type = string }

resource "aws_iam_role" "deployer" {
  name = "${var.name}-deployer"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "codedeploy.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  tags = { Name = "${var.name}-deployer" }
}

resource "aws_iam_role_policy_attachment" "deployer" {
  role       = aws_iam_role.deployer.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole"
}

resource "aws_codedeploy_app" "it" {
  name             = "${var.name}-app"
  compute_platform = "Server"
  tags             = { Name = "${var.name}-app" }
}

resource "aws_codedeploy_deployment_group" "it" {
  app_name              = aws_codedeploy_app.it.name
  deployment_group_name = "${var.name}-group"
  service_role_arn      = aws_iam_role.deployer.arn

  ec2_tag_set {
    ec2_tag_filter {
      key   = "Environment"
      type  = "KEY_AND_VALUE"
      value = var.stage
    }
  }

  deployment_style {
    deployment_option = "WITHOUT_TRAFFIC_CONTROL"
    deployment_type   = "IN_PLACE"
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE"]
  }

  tags = { Name = "${var.name}-group" }
}

resource "aws_s3_bucket" "revisions" {
  bucket_prefix = "${var.name}-revisions-"
  force_destroy = true
  tags          = { Name = "${var.name}-revisions" }
}

resource "aws_s3_bucket_versioning" "revisions" {
  bucket = aws_s3_bucket.revisions.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "revisions" {
  bucket = aws_s3_bucket.revisions.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "revisions" {
  bucket                  = aws_s3_bucket.revisions.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

output "bucket" { value = aws_s3_bucket.revisions.bucket }
