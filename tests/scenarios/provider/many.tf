# Forty of three kinds: one that is made in one call, one whose name must be free, one that others refer to.
variable "many" {
  type    = number
  default = 40
}

locals { numbers = toset([for i in range(var.many) : format("%02d", i)]) }

resource "aws_cloudwatch_log_group" "many" {
  for_each          = local.numbers
  name              = "/many/${each.key}"
  retention_in_days = 7
}

resource "aws_iam_role" "many" {
  for_each           = local.numbers
  name               = "many-${each.key}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_security_group" "many" {
  for_each    = local.numbers
  name        = "many-${each.key}"
  description = "one of many"
  tags        = { Role = aws_iam_role.many[each.key].arn }
}

resource "aws_vpc_security_group_ingress_rule" "many" {
  for_each                     = local.numbers
  security_group_id            = aws_security_group.many[each.key].id
  referenced_security_group_id = aws_security_group.many["00"].id
  ip_protocol                  = "tcp"
  from_port                    = 8000
  to_port                      = 8000 + tonumber(each.key)
}
