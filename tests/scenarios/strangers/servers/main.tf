# Servers of a deployment group, as one stranger writes them: a module for each of network, servers and deployment, subnets by count,
# an instance profile with AWS's policies, a root disk that is told, and a private bucket for revisions.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = "ap-northeast-2"
}

variable "stage" {
  type    = string
  default = "test"
}

variable "servers" {
  type    = number
  default = 1
}

module "network" {
  source = "./network"
  name   = "shop-${var.stage}"
  cidr   = "10.71.0.0/16"
}

module "servers" {
  source     = "./servers"
  name       = "shop-${var.stage}"
  stage      = var.stage
  servers    = var.servers
  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.subnet_ids
}

module "deployment" {
  source = "./deployment"
  name   = "shop-${var.stage}"
  stage  = var.stage
}

output "instances" {
  value = module.servers.instances
}

output "bucket" {
  value = module.deployment.bucket
}
