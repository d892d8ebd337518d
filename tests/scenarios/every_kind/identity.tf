data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com", "codebuild.amazonaws.com", "codedeploy.amazonaws.com", "codepipeline.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = local.later ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = [aws_s3_bucket.one.arn, "${aws_s3_bucket.one.arn}/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true", "false"]
    }
  }
}

resource "aws_iam_role" "one" {
  name                 = "every-kind"
  description          = "of ${var.stage}"
  assume_role_policy   = data.aws_iam_policy_document.ec2.json
  max_session_duration = local.later ? 7200 : 3600
  permissions_boundary = local.later ? null : aws_iam_policy.boundary.arn
}

resource "aws_iam_role_policy" "one" {
  name   = "inline"
  role   = aws_iam_role.one.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy" "one" {
  name        = "every-kind"
  description = "of every kind"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy" "boundary" {
  name_prefix = "boundary-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

# All who have the policy are said in one place, so it is attached nowhere else.
resource "aws_iam_policy" "attached" {
  name   = "every-kind-attached"
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy_attachment" "one" {
  name       = "every-kind"
  policy_arn = aws_iam_policy.attached.arn
  users      = [aws_iam_user.other.name]
  groups     = local.later ? [aws_iam_group.one.name] : []
}

resource "aws_iam_role_policy_attachment" "one" {
  role       = aws_iam_role.one.name
  policy_arn = data.aws_iam_policy.managed.arn
}

# The role does the builds, deployments and pipelines of this file: what it may, it may by this policy.
resource "aws_iam_role_policy_attachment" "all" {
  role       = aws_iam_role.one.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_instance_profile" "one" {
  name = "every-kind"
  role = aws_iam_role.one.name
}

resource "aws_iam_service_linked_role" "one" {
  aws_service_name = "autoscaling.amazonaws.com"
  description      = var.stage
}

resource "aws_iam_user" "one" {
  name = "every-kind"
  path = local.later ? "/later/" : "/"
}

resource "aws_iam_user" "other" { name = "every-kind-other" }

resource "aws_iam_user_policy" "one" {
  name   = "inline"
  user   = aws_iam_user.other.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "one" {
  user       = aws_iam_user.other.name
  policy_arn = aws_iam_policy.one.arn
}

resource "aws_iam_access_key" "one" {
  user   = aws_iam_user.other.name
  status = local.later ? "Inactive" : "Active"
}

resource "aws_iam_user_ssh_key" "one" {
  username   = aws_iam_user.other.name
  encoding   = "SSH"
  public_key = trimspace(var.public_key)
  status     = local.later ? "Inactive" : "Active"
}

resource "aws_iam_service_specific_credential" "one" {
  service_name = "codecommit.amazonaws.com"
  user_name    = aws_iam_user.other.name
}

resource "aws_iam_user_login_profile" "one" {
  user            = aws_iam_user.other.name
  password_length = 24
}

resource "aws_iam_group" "one" { name = local.later ? "every-kind-later" : "every-kind" }

resource "aws_iam_group_membership" "one" {
  name  = "members"
  group = aws_iam_group.one.name
  users = local.later ? [aws_iam_user.other.name, aws_iam_user.one.name] : [aws_iam_user.other.name]
}

resource "aws_iam_group" "two" { name = "every-kind-two" }

resource "aws_iam_user_group_membership" "one" {
  user   = aws_iam_user.one.name
  groups = [aws_iam_group.two.name]
}

resource "aws_iam_group_policy" "one" {
  name   = "inline"
  group  = aws_iam_group.one.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "one" {
  group      = aws_iam_group.one.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_account_alias" "one" { account_alias = "every-kind-${local.account}" }

resource "aws_iam_account_password_policy" "one" {
  minimum_password_length = local.later ? 14 : 12
  require_symbols         = true
}

resource "aws_iam_openid_connect_provider" "one" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = local.later ? ["sts.amazonaws.com", "other"] : ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}
