# What Terraform makes of a network beside its subnets and gateways: an endpoint, prefix lists, DHCP options, and an
# interface of several addresses. The variables are what the scenario changes.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "offices" {
  type    = map(string)
  default = { "203.0.113.0/24" = "Seoul", "198.51.100.0/24" = "" }
}
variable "most_offices" {
  type    = number
  default = 5
}
variable "domain" {
  type    = string
  default = "corp.example"
}
variable "addresses" {
  type    = list(string)
  default = ["10.7.0.10", "10.7.0.11"]
}
variable "stage" {
  type    = string
  default = "one"
}
variable "read_only" {
  type    = bool
  default = false
}

provider "aws" {
  default_tags { tags = { Stage = var.stage } }
}

data "aws_region" "here" {}

resource "aws_vpc" "this" {
  cidr_block           = "10.7.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.7.0.0/24"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table" "private" {
  count  = 2
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "private" {
  route_table_id = aws_route_table.private[0].id
  subnet_id      = aws_subnet.private.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.here.name}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private[0].id]
}

# Of a second one everything is a resource of its own.
resource "aws_vpc" "other" {
  cidr_block = "10.8.0.0/16"
}

resource "aws_vpc_endpoint" "bare" {
  vpc_id       = aws_vpc.other.id
  service_name = data.aws_vpc_endpoint_service.s3.service_name
}

data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}

resource "aws_vpc_endpoint_policy" "bare" {
  vpc_endpoint_id = aws_vpc_endpoint.bare.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = var.read_only ? ["s3:GetObject"] : ["s3:*"]
      Resource  = "*"
    }]
  })
}

resource "aws_route_table" "other" {
  vpc_id = aws_vpc.other.id
}

resource "aws_vpc_endpoint_route_table_association" "other" {
  vpc_endpoint_id = aws_vpc_endpoint.bare.id
  route_table_id  = aws_route_table.other.id
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices of all"
  address_family = "IPv4"
  max_entries    = var.most_offices
  dynamic "entry" {
    for_each = var.offices
    content {
      cidr        = entry.key
      description = entry.value
    }
  }
}

resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 3
}

resource "aws_ec2_managed_prefix_list_entry" "partner" {
  for_each       = toset(["192.0.2.0/25", "192.0.2.128/25"])
  prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  cidr           = each.value
  description    = "partner"
}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.${data.aws_region.here.name}.s3"
}

data "aws_prefix_list" "s3" {
  prefix_list_id = aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_route" "offices" {
  route_table_id             = aws_route_table.private[1].id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.offices.id
  gateway_id                 = aws_internet_gateway.this.id
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.this.id
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [aws_ec2_managed_prefix_list.partners.id]
  }
  egress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [aws_vpc_endpoint.s3.prefix_list_id]
  }
}

resource "aws_security_group" "loose" {
  name   = "loose"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "offices" {
  security_group_id = aws_security_group.loose.id
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_vpc_dhcp_options" "corp" {
  domain_name          = var.domain
  domain_name_servers  = ["10.7.0.9", "AmazonProvidedDNS"]
  ntp_servers          = ["169.254.169.123"]
  netbios_name_servers = ["10.7.0.8"]
  netbios_node_type    = 2
}

resource "aws_vpc_dhcp_options_association" "corp" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.corp.id
}

resource "aws_default_vpc_dhcp_options" "default" {}

resource "aws_network_interface" "many" {
  subnet_id       = aws_subnet.private.id
  private_ips     = var.addresses
  security_groups = [aws_security_group.loose.id]
}

resource "aws_network_interface" "counted" {
  subnet_id         = aws_subnet.private.id
  private_ips_count = length(var.addresses)
}

resource "aws_eip" "second" {
  domain                    = "vpc"
  network_interface         = aws_network_interface.many.id
  associate_with_private_ip = var.addresses[1]
  depends_on                = [aws_internet_gateway.this]
}

output "s3" {
  value = [data.aws_ec2_managed_prefix_list.s3.id, data.aws_prefix_list.s3.name, aws_vpc_endpoint.s3.cidr_blocks]
}
output "ids" {
  value = {
    "aws_vpc_endpoint.s3"                 = aws_vpc_endpoint.s3.id
    "aws_ec2_managed_prefix_list.offices" = aws_ec2_managed_prefix_list.offices.id
    "aws_vpc_dhcp_options.corp"           = aws_vpc_dhcp_options.corp.id
    "aws_network_interface.many"          = aws_network_interface.many.id
    "aws_vpc_dhcp_options_association.corp" = aws_vpc.this.id
  }
}
