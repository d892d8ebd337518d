variable "name" { type = string }
variable "cidr" { type = string }
variable "subnets" {
  type    = number
  default = 2
}

data "aws_availability_zones" "there" {}

resource "aws_vpc" "it" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "${var.name}-vpc" }
}

resource "aws_internet_gateway" "it" {
  vpc_id = aws_vpc.it.id
  tags   = { Name = "${var.name}-igw" }
}

resource "aws_subnet" "open" {
  count                   = var.subnets
  vpc_id                  = aws_vpc.it.id
  cidr_block              = cidrsubnet(var.cidr, 8, count.index)
  map_public_ip_on_launch = true
  availability_zone       = element(data.aws_availability_zones.there.names, count.index)
  tags                    = { Name = "${var.name}-open-${count.index}" }
}

resource "aws_route_table" "open" {
  vpc_id = aws_vpc.it.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.it.id
  }
  tags = { Name = "${var.name}-open" }
}

resource "aws_route_table_association" "open" {
  count          = var.subnets
  subnet_id      = aws_subnet.open[count.index].id
  route_table_id = aws_route_table.open.id
}

output "vpc_id" { value = aws_vpc.it.id }
output "subnet_ids" { value = aws_subnet.open[*].id }
