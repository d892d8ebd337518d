variable "name" { type = string }
variable "stage" { type = string }
variable "servers" { type = number }
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "ports" {
  type    = map(number)
  default = { SSH = 22, APP = 8080 }
}

data "aws_region" "here" {}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-*-x86_64"]
  }
  filter {
    name   = "architecture"
    values = ["x86_64"]
  }
}

resource "aws_security_group" "servers" {
  name        = "${var.name}-sg"
  description = "The application and SSH"
  vpc_id      = var.vpc_id

  dynamic "ingress" {
    for_each = var.ports
    content {
      description = ingress.key
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

  tags = { Name = "${var.name}-sg" }
}

resource "aws_iam_role" "server" {
  name = "${var.name}-server"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  tags = { Name = "${var.name}-server" }
}

resource "aws_iam_role_policy_attachment" "server" {
  for_each = toset([
    "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforAWSCodeDeploy",
    "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
    "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  ])
  role       = aws_iam_role.server.name
  policy_arn = each.value
}

resource "aws_iam_role_policy" "revisions" {
  name = "${var.name}-revisions"
  role = aws_iam_role.server.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket"]
      Resource = ["arn:aws:s3:::${var.name}-revisions-*", "arn:aws:s3:::${var.name}-revisions-*/*"]
    }]
  })
}

resource "aws_iam_instance_profile" "server" {
  name = "${var.name}-server"
  role = aws_iam_role.server.name
  tags = { Name = "${var.name}-server" }
}

resource "aws_instance" "server" {
  count                  = var.servers
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3.micro"
  subnet_id              = element(var.subnet_ids, count.index % length(var.subnet_ids))
  vpc_security_group_ids = [aws_security_group.servers.id]
  iam_instance_profile   = aws_iam_instance_profile.server.name

  root_block_device {
    volume_type           = "gp3"
    volume_size           = 8
    delete_on_termination = true
  }

  tags = { Name = "${var.name}-${count.index}", Environment = var.stage }

  user_data = <<-EOT
    #!/bin/bash
    set -euo pipefail
    echo "setting up" | logger -t user_data
    REGION="${data.aws_region.here.name}"
    dnf install -y ruby wget
    cd /tmp
    wget https://aws-codedeploy-$REGION.s3.$REGION.amazonaws.com/latest/install
    chmod +x ./install
    ./install auto
    systemctl enable codedeploy-agent
    systemctl start codedeploy-agent || systemctl restart codedeploy-agent
    id -u shop 2>/dev/null || useradd -r -s /sbin/nologin shop
    mkdir -p /opt/shop
    chown -R shop:shop /opt/shop
    echo "set up" | logger -t user_data
  EOT
}

output "instances" { value = aws_instance.server[*].id }
