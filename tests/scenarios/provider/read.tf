# The data sources that people's files begin with, in an account that has its default network and what the test made by the CLI.
variable "made" { type = map(string) }

data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}
data "aws_availability_zones" "all" {}
data "aws_ssm_parameter" "image" { name = "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2" }
data "aws_ami" "newest" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
  filter {
    name   = "root-device-type"
    values = ["ebs"]
  }
}
data "aws_ami_ids" "mine" { owners = ["self"] }
data "aws_iam_policy_document" "first" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.made.bucket}/*"]
  }
}
data "aws_iam_policy_document" "second" {
  source_policy_documents = [data.aws_iam_policy_document.first.json]
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = ["*"]
  }
}
data "aws_iam_policy" "managed" { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
data "aws_iam_roles" "made" { name_regex = "^${var.made.name}" }
data "aws_ec2_instance_type" "small" { instance_type = "t3.small" }
data "aws_vpc" "default" { default = true }
data "aws_vpcs" "all" {}
data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}
data "aws_subnet" "first" {
  vpc_id            = data.aws_vpc.default.id
  availability_zone = "${data.aws_region.here.name}a"
}
data "aws_security_groups" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}
data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}
data "aws_route_tables" "default" { vpc_id = data.aws_vpc.default.id }
data "aws_route_table" "main" {
  vpc_id = data.aws_vpc.default.id
  filter {
    name   = "association.main"
    values = ["true"]
  }
}
data "aws_internet_gateway" "default" {
  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.default.id]
  }
}
data "aws_network_acls" "default" { vpc_id = data.aws_vpc.default.id }
data "aws_instances" "running" {
  instance_tags        = { Name = var.made.name }
  instance_state_names = ["pending", "running"]
}
data "aws_key_pair" "made" {
  key_name           = var.made.name
  include_public_key = true
}
data "aws_launch_template" "made" { name = var.made.name }
data "aws_prefix_list" "s3" { name = "com.amazonaws.${data.aws_region.here.name}.s3" }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.${data.aws_region.here.name}.s3" }
data "aws_elb_service_account" "here" {}
data "aws_lb_hosted_zone_id" "here" {}
data "aws_canonical_user_id" "me" {}
data "aws_ecr_authorization_token" "token" {}
data "aws_ecr_repository" "made" { name = var.made.name }
data "aws_codecommit_repository" "made" { repository_name = var.made.name }
data "aws_s3_bucket" "made" { bucket = var.made.bucket }
data "aws_s3_object" "made" {
  bucket = var.made.bucket
  key    = "folder/word.txt"
}
data "aws_s3_objects" "made" {
  bucket = var.made.bucket
  prefix = "folder/"
}
data "aws_cloudwatch_log_groups" "made" { log_group_name_prefix = "/${var.made.name}" }
data "aws_ssm_parameters_by_path" "made" {
  path            = "/${var.made.name}"
  with_decryption = true
}
data "aws_secretsmanager_secret" "made" { name = var.made.name }
data "aws_default_tags" "these" {}

output "read" {
  value = {
    caller     = data.aws_caller_identity.me.account_id
    region     = [data.aws_region.here.name, data.aws_region.here.description]
    partition  = [data.aws_partition.here.partition, data.aws_partition.here.dns_suffix]
    zones      = data.aws_availability_zones.all.names
    same_image = nonsensitive(data.aws_ssm_parameter.image.value) == data.aws_ami.newest.id
    root       = data.aws_ami.newest.root_device_name
    mine       = data.aws_ami_ids.mine.ids
    sids       = jsondecode(data.aws_iam_policy_document.second.json).Statement[*].Sid
    managed    = data.aws_iam_policy.managed.name
    roles      = data.aws_iam_roles.made.names
    cpus       = [data.aws_ec2_instance_type.small.default_vcpus, data.aws_ec2_instance_type.small.memory_size]
    network    = data.aws_vpc.default.cidr_block
    networks   = length(data.aws_vpcs.all.ids)
    subnets    = length(data.aws_subnets.default.ids)
    first      = contains(data.aws_subnets.default.ids, data.aws_subnet.first.id)
    groups     = one(data.aws_security_groups.default.ids) == data.aws_security_group.default.id
    tables     = one(data.aws_route_tables.default.ids) == data.aws_route_table.main.id
    out        = [for one in data.aws_route_table.main.routes : one.gateway_id if one.cidr_block == "0.0.0.0/0"] == [data.aws_internet_gateway.default.id]
    acls       = length(data.aws_network_acls.default.ids)
    instances  = length(data.aws_instances.running.ids)
    key        = [data.aws_key_pair.made.key_type, split(" ", trimspace(data.aws_key_pair.made.public_key))[0]]
    template   = [data.aws_launch_template.made.instance_type, data.aws_launch_template.made.latest_version]
    s3         = data.aws_prefix_list.s3.id == data.aws_ec2_managed_prefix_list.s3.id
    elb        = [data.aws_elb_service_account.here.id, data.aws_lb_hosted_zone_id.here.id]
    canonical  = length(data.aws_canonical_user_id.me.id) == 64
    token      = [data.aws_ecr_authorization_token.token.user_name, nonsensitive(length(data.aws_ecr_authorization_token.token.password)) > 100]
    registry   = data.aws_ecr_repository.made.repository_url
    clone      = data.aws_codecommit_repository.made.clone_url_ssh
    bucket     = [data.aws_s3_bucket.made.bucket_regional_domain_name, data.aws_s3_bucket.made.hosted_zone_id]
    word       = [data.aws_s3_object.made.body, data.aws_s3_object.made.content_type]
    keys       = data.aws_s3_objects.made.keys
    log_groups = data.aws_cloudwatch_log_groups.made.log_group_names
    values     = nonsensitive(data.aws_ssm_parameters_by_path.made.values)
    secret     = data.aws_secretsmanager_secret.made.description
    tags       = data.aws_default_tags.these.tags
  }
}
