resource "aws_s3_bucket" "one" {
  bucket_prefix = "every-kind-"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "one" {
  bucket = aws_s3_bucket.one.id
  versioning_configuration { status = local.later ? "Suspended" : "Enabled" }
}

resource "aws_s3_bucket_ownership_controls" "one" {
  bucket = aws_s3_bucket.one.id
  rule { object_ownership = "BucketOwnerEnforced" }
}

resource "aws_s3_bucket_public_access_block" "one" {
  bucket                  = aws_s3_bucket.one.id
  block_public_acls       = true
  block_public_policy     = !local.later
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "one" {
  bucket = aws_s3_bucket.one.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    bucket_key_enabled = local.later
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "one" {
  bucket = aws_s3_bucket.one.id
  rule {
    id     = "old"
    status = "Enabled"
    filter { prefix = "tmp/" }
    expiration { days = local.later ? 14 : 7 }
    noncurrent_version_expiration { noncurrent_days = 3 }
    abort_incomplete_multipart_upload { days_after_initiation = 2 }
  }
  depends_on = [aws_s3_bucket_versioning.one]
}

resource "aws_s3_bucket_policy" "one" {
  bucket = aws_s3_bucket.one.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account${title(var.stage)}"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.one.arn, "${aws_s3_bucket.one.arn}/*"]
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.one]
}

resource "aws_s3_bucket_notification" "one" {
  bucket      = aws_s3_bucket.one.id
  eventbridge = true
}

resource "aws_s3_object" "one" {
  bucket       = aws_s3_bucket.one.id
  key          = "folder/first.txt"
  content      = "of ${var.stage}"
  content_type = "text/plain"
  depends_on   = [aws_s3_bucket_versioning.one]
}

resource "aws_s3_object_copy" "one" {
  bucket     = aws_s3_bucket.one.id
  key        = "copied.txt"
  source     = "${aws_s3_bucket.one.id}/${aws_s3_object.one.key}"
  depends_on = [aws_s3_object.one]
}

resource "aws_ssm_parameter" "one" {
  name            = "/every/kind"
  type            = "String"
  value           = var.stage
  description     = "of every kind"
  allowed_pattern = "^(one|two)$"
}

resource "aws_ssm_parameter" "secret" {
  name  = "/every/secret"
  type  = "SecureString"
  value = "hush ${var.stage}"
}

resource "aws_ssm_association" "one" {
  name             = "AWS-RunShellScript"
  association_name = "every-kind"
  parameters       = { commands = "echo ${var.stage}" }
  targets {
    key    = "tag:Never"
    values = ["There"]
  }
}

resource "aws_ssm_document" "one" {
  name            = "every-kind"
  document_type   = "Command"
  document_format = "YAML"
  target_type     = "/AWS::EC2::Instance"
  version_name    = "every-kind-${var.stage}"
  content         = <<-END
    schemaVersion: '2.2'
    description: of ${var.stage}
    parameters:
      who: { type: String, default: world, allowedPattern: '[a-z]+' }
    mainSteps:
    - action: aws:runShellScript
      name: greet
      inputs: { runCommand: ['echo hello {{ who }}'], timeoutSeconds: '60' }
  END
  permissions = { type = "Share", account_ids = "111111111111" }
}

resource "aws_ssm_association" "own" {
  name             = aws_ssm_document.one.name
  association_name = "every-kind-own"
  targets {
    key    = "tag:Never"
    values = ["There"]
  }
}

resource "aws_secretsmanager_secret" "one" {
  name_prefix             = "every/kind-"
  description             = "of ${var.stage}"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "one" {
  secret_id     = aws_secretsmanager_secret.one.id
  secret_string = jsonencode({ word = "hush" })
}

resource "aws_secretsmanager_secret_policy" "one" {
  secret_arn = aws_secretsmanager_secret.one.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "S", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

resource "aws_cloudwatch_log_group" "one" {
  name              = "/every/kind"
  retention_in_days = local.later ? 14 : 7
}

resource "aws_cloudwatch_log_stream" "one" {
  name           = "stream"
  log_group_name = aws_cloudwatch_log_group.one.name
}

resource "aws_cloudwatch_log_metric_filter" "one" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.one.name
  pattern        = local.later ? "ERROR" : "{ $.level = \"error\" }"
  metric_transformation {
    name      = "Errors"
    namespace = "Every/Kind"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_resource_policy" "one" {
  policy_name     = "every-kind"
  policy_document = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.one.arn}:*" }] })
}

# As most files of before 2023 have it: ACLs, and the bucket's own.
resource "aws_s3_bucket" "acl" { bucket_prefix = "every-kind-acl-" }

resource "aws_s3_bucket_ownership_controls" "acl" {
  bucket = aws_s3_bucket.acl.id
  rule { object_ownership = local.later ? "ObjectWriter" : "BucketOwnerPreferred" }
}

resource "aws_s3_bucket_acl" "acl" {
  bucket     = aws_s3_bucket.acl.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.acl]
}
