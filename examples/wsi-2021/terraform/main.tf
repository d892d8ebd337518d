# The commission in Terraform, as it would be written for AWS: networks, servers, balancer, and the delivery from a push to
# both servers and to the registry. `terraform apply` with nothing but the AWS provider's own settings.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = var.region
  default_tags { tags = merge({ Project = "wsi-2021" }, var.tags) }
}

variable "region" {
  type    = string
  default = "ap-northeast-2"
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "further tags of everything that takes some"
}

variable "public_key" {
  type        = string
  description = "the public half of the key that opens the bastion and the servers"
}

data "aws_caller_identity" "current" {}
data "aws_availability_zones" "available" { state = "available" }
data "aws_ssm_parameter" "amazon_linux_2" {
  name = "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"
}

locals {
  account = data.aws_caller_identity.current.account_id
  zones   = slice(data.aws_availability_zones.available.names, 0, 2)
}
