# One resource of every kind of the AWS provider that the region has, and the data sources that people read. `stage` changes one
# thing of each that can be changed in place.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = "ap-northeast-2"
  default_tags { tags = { Stage = var.stage, Owner = "every-kind" } }
}

variable "stage" {
  type    = string
  default = "one"
}

variable "public_key" { type = string }
variable "certificate" { type = string }
variable "private_key" { type = string }

locals {
  account = data.aws_caller_identity.current.account_id
  zones   = slice(data.aws_availability_zones.available.names, 0, 2)
  later   = var.stage == "two"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_availability_zones" "available" {
  state = "available"
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}
data "aws_availability_zone" "first" { name = local.zones[0] }
data "aws_ssm_parameter" "al2023" { name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" }
data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}
data "aws_ec2_instance_type" "small" { instance_type = "t3.small" }
data "aws_ec2_instance_type_offerings" "small" {
  filter {
    name   = "instance-type"
    values = ["t3.small"]
  }
  location_type = "availability-zone"
}
data "aws_vpc" "made" { id = aws_vpc.one.id }
data "aws_subnets" "made" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.one.id]
  }
  depends_on = [aws_subnet.one]
}
data "aws_subnet" "each" {
  for_each = aws_subnet.one
  id       = each.value.id
}
data "aws_security_group" "made" { id = aws_security_group.one.id }
data "aws_route_table" "made" { route_table_id = aws_route_table.one.id }
data "aws_internet_gateway" "made" { internet_gateway_id = aws_internet_gateway.one.id }
data "aws_iam_role" "made" { name = aws_iam_role.one.name }
data "aws_iam_policy" "managed" { name = "AmazonSSMManagedInstanceCore" }
data "aws_lb" "made" { arn = aws_lb.one.arn }
data "aws_lb_target_group" "made" { arn = aws_lb_target_group.one.arn }
data "aws_ecr_repository" "made" { name = aws_ecr_repository.one.name }
data "aws_ecr_authorization_token" "token" {}
data "aws_s3_bucket" "made" { bucket = aws_s3_bucket.one.bucket }
data "aws_codecommit_repository" "made" { repository_name = aws_codecommit_repository.one.repository_name }
data "aws_secretsmanager_secret_version" "made" {
  secret_id  = aws_secretsmanager_secret.one.id
  depends_on = [aws_secretsmanager_secret_version.one]
}
data "aws_elb_service_account" "main" {}
data "aws_cloudwatch_log_group" "made" { name = aws_cloudwatch_log_group.one.name }
data "aws_instance" "made" { instance_id = aws_instance.one.id }

output "read" {
  value = {
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.name
    zone       = data.aws_availability_zone.first.name_suffix
    image      = data.aws_ami.amazon_linux.architecture
    memory     = data.aws_ec2_instance_type.small.memory_size
    offered    = sort(data.aws_ec2_instance_type_offerings.small.locations)
    cidr       = data.aws_vpc.made.cidr_block
    subnets    = length(data.aws_subnets.made.ids)
    private    = [for one in data.aws_subnet.each : one.cidr_block]
    group      = data.aws_security_group.made.name
    routes     = length(data.aws_route_table.made.routes)
    attached   = data.aws_internet_gateway.made.attachments[0].vpc_id == aws_vpc.one.id
    role       = data.aws_iam_role.made.unique_id == aws_iam_role.one.unique_id
    policy     = data.aws_iam_policy.managed.arn
    balancer   = data.aws_lb.made.dns_name == aws_lb.one.dns_name
    group_port = data.aws_lb_target_group.made.port
    registry   = data.aws_ecr_repository.made.registry_id == local.account
    user       = data.aws_ecr_authorization_token.token.user_name
    bucket     = data.aws_s3_bucket.made.region
    clone      = data.aws_codecommit_repository.made.clone_url_http
    secret     = nonsensitive(data.aws_secretsmanager_secret_version.made.secret_string)
    log_group  = data.aws_cloudwatch_log_group.made.retention_in_days
    instance   = data.aws_instance.made.private_ip == aws_instance.one.private_ip
  }
}
