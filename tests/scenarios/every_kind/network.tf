resource "aws_vpc" "one" {
  cidr_block           = "10.61.0.0/16"
  enable_dns_hostnames = local.later
  tags                 = { Name = "every-kind" }
}

resource "aws_subnet" "one" {
  for_each                = { a = 0, b = 1 }
  vpc_id                  = aws_vpc.one.id
  cidr_block              = cidrsubnet(aws_vpc.one.cidr_block, 8, each.value)
  availability_zone       = local.zones[each.value]
  map_public_ip_on_launch = local.later
}

resource "aws_internet_gateway" "one" { vpc_id = aws_vpc.one.id }

resource "aws_eip" "nat" { domain = "vpc" }
resource "aws_eip" "interface" { domain = "vpc" }

resource "aws_nat_gateway" "one" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.one["a"].id
  depends_on    = [aws_internet_gateway.one]
}

resource "aws_route_table" "one" {
  vpc_id = aws_vpc.one.id
  route {
    cidr_block = local.later ? "0.0.0.0/0" : "198.51.100.0/24"
    gateway_id = aws_internet_gateway.one.id
  }
}

resource "aws_route_table" "separate" { vpc_id = aws_vpc.one.id }

resource "aws_route" "one" {
  route_table_id         = aws_route_table.separate.id
  destination_cidr_block = "203.0.113.0/24"
  nat_gateway_id         = local.later ? null : aws_nat_gateway.one.id
  gateway_id             = local.later ? aws_internet_gateway.one.id : null
}

resource "aws_route_table_association" "one" {
  subnet_id      = aws_subnet.one["a"].id
  route_table_id = local.later ? aws_route_table.separate.id : aws_route_table.one.id
}

# In a network of its own: what is the main table of the first is said by aws_default_route_table.
resource "aws_vpc" "two" { cidr_block = "10.62.0.0/24" }

resource "aws_route_table" "two" { vpc_id = aws_vpc.two.id }

resource "aws_subnet" "two" {
  vpc_id     = aws_vpc.two.id
  cidr_block = aws_vpc.two.cidr_block
}

resource "aws_network_acl" "two" { vpc_id = aws_vpc.two.id }

resource "aws_network_acl_association" "two" {
  network_acl_id = aws_network_acl.two.id
  subnet_id      = aws_subnet.two.id
}

resource "aws_main_route_table_association" "two" {
  vpc_id         = aws_vpc.two.id
  route_table_id = aws_route_table.two.id
}

resource "aws_default_route_table" "one" {
  default_route_table_id = aws_vpc.one.default_route_table_id
}

resource "aws_default_network_acl" "one" {
  default_network_acl_id = aws_vpc.one.default_network_acl_id
  subnet_ids             = [aws_subnet.one["a"].id]
  dynamic "ingress" {
    for_each = local.later ? [100, 200] : [100]
    content {
      protocol   = -1
      rule_no    = ingress.value
      action     = "allow"
      cidr_block = "0.0.0.0/0"
      from_port  = 0
      to_port    = 0
    }
  }
  egress {
    protocol   = -1
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "one" {
  vpc_id     = aws_vpc.one.id
  subnet_ids = [aws_subnet.one["b"].id]
}

resource "aws_network_acl_rule" "one" {
  network_acl_id = aws_network_acl.one.id
  rule_number    = 100
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 1
  to_port        = 65535
}

resource "aws_default_security_group" "one" { vpc_id = aws_vpc.one.id }

resource "aws_security_group" "one" {
  name        = "every-kind"
  description = "of every kind"
  vpc_id      = aws_vpc.one.id
  dynamic "ingress" {
    for_each = local.later ? [80, 443] : [80]
    content {
      description = "from ${var.stage}"
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
}

resource "aws_security_group" "bare" {
  name_prefix = "bare-"
  vpc_id      = aws_vpc.one.id
}

resource "aws_security_group_rule" "one" {
  type                     = "ingress"
  security_group_id        = aws_security_group.bare.id
  source_security_group_id = aws_security_group.one.id
  protocol                 = "tcp"
  from_port                = 8080
  to_port                  = 8081
  description              = var.stage
}

resource "aws_security_group" "rules" {
  name   = "every-kind-rules"
  vpc_id = aws_vpc.one.id
}

resource "aws_vpc_security_group_ingress_rule" "one" {
  security_group_id = aws_security_group.rules.id
  cidr_ipv4         = "10.61.0.0/16"
  ip_protocol       = "tcp"
  from_port         = local.later ? 8443 : 8080
  to_port           = 8443
}

resource "aws_vpc_security_group_egress_rule" "one" {
  security_group_id            = aws_security_group.rules.id
  referenced_security_group_id = aws_security_group.one.id
  ip_protocol                  = "-1"
  description                  = var.stage
}

resource "aws_network_interface" "one" {
  subnet_id       = aws_subnet.one["b"].id
  security_groups = [local.later ? aws_security_group.bare.id : aws_security_group.one.id]
  description     = "of ${var.stage}"
}

# Its groups are said by the attachment: none here.
resource "aws_network_interface" "attached" { subnet_id = aws_subnet.one["b"].id }

resource "aws_network_interface_sg_attachment" "one" {
  security_group_id    = aws_security_group.one.id
  network_interface_id = aws_network_interface.attached.id
}

resource "aws_eip_association" "one" {
  allocation_id        = aws_eip.interface.id
  network_interface_id = aws_network_interface.one.id
}
