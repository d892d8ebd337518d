# A balancer whose subnets are told by a variable.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = "ap-northeast-2"
}

variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}

resource "aws_vpc" "it" {
  cidr_block = "10.72.0.0/16"
}

resource "aws_internet_gateway" "it" {
  vpc_id = aws_vpc.it.id
}

resource "aws_subnet" "zone" {
  for_each          = { a = 0, b = 1, c = 2 }
  vpc_id            = aws_vpc.it.id
  cidr_block        = cidrsubnet(aws_vpc.it.cidr_block, 8, each.value)
  availability_zone = "ap-northeast-2${each.key}"
}

resource "aws_default_route_table" "it" {
  default_route_table_id = aws_vpc.it.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.it.id
  }
}

resource "aws_security_group" "balancer" {
  name   = "moving"
  vpc_id = aws_vpc.it.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

data "aws_elb_service_account" "it" {}

data "aws_caller_identity" "it" {}

resource "aws_s3_bucket" "logs" {
  bucket        = "moving-logs"
  force_destroy = true
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_elb_service_account.it.arn }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/balancer/AWSLogs/${data.aws_caller_identity.it.account_id}/*"
    }]
  })
}

resource "aws_lb" "it" {
  name            = "moving"
  security_groups = [aws_security_group.balancer.id]
  subnets         = [for zone in var.zones : aws_subnet.zone[zone].id]
  ip_address_type = "ipv4"
  access_logs {
    bucket  = aws_s3_bucket.logs.bucket
    prefix  = "balancer"
    enabled = true
  }
  depends_on = [aws_default_route_table.it, aws_s3_bucket_policy.logs]
}

resource "aws_lb_listener" "it" {
  load_balancer_arn = aws_lb.it.arn
  port              = 80
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = 200
      message_body = "here"
    }
  }
}

output "name" {
  value = aws_lb.it.dns_name
}

output "subnets" {
  value = { for zone, subnet in aws_subnet.zone : zone => subnet.id }
}
