# The bastion, with docker and /opt/ec2_launch.sh, which launches from the servers' template.
resource "aws_iam_role" "bastion" {
  name               = "wsi-bastion"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}

data "aws_iam_policy_document" "bastion" {
  statement {
    actions   = ["ec2:DescribeInstances", "ec2:RunInstances", "ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    actions   = ["ec2:CreateTags"]
    resources = ["arn:aws:ec2:${var.region}:${local.account}:*/*"]
    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances"]
    }
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.server.arn]
  }
  statement {
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
    resources = [aws_ecr_repository.api.arn]
  }
}

resource "aws_iam_role_policy" "bastion" {
  name   = "bastion"
  role   = aws_iam_role.bastion.id
  policy = data.aws_iam_policy_document.bastion.json
}

resource "aws_iam_instance_profile" "bastion" {
  name = "wsi-bastion"
  role = aws_iam_role.bastion.name
}

resource "aws_instance" "bastion" {
  ami                    = data.aws_ssm_parameter.amazon_linux_2.value
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.public["a"].id
  key_name               = aws_key_pair.main.key_name
  vpc_security_group_ids = [aws_security_group.bastion.id]
  iam_instance_profile   = aws_iam_instance_profile.bastion.name
  user_data = templatefile("${path.module}/bastion.sh.tftpl", {
    region   = var.region
    template = aws_launch_template.api.id
  })
  tags       = { Name = "wsi-bastion" }
  depends_on = [aws_route_table_association.public]
}

output "bastion" { value = aws_instance.bastion.public_ip }
