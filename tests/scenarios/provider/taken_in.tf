# What the CLI made, as a person describes it who takes it in.
variable "made" { type = map(string) }

resource "aws_vpc" "one" {
  cidr_block = "10.72.0.0/16"
  tags       = { Name = "by-hand" }
}
resource "aws_subnet" "one" {
  vpc_id            = aws_vpc.one.id
  cidr_block        = "10.72.1.0/24"
  availability_zone = "ap-northeast-2b"
}
resource "aws_internet_gateway" "one" { vpc_id = aws_vpc.one.id }
resource "aws_route_table" "one" {
  vpc_id = aws_vpc.one.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.one.id
  }
}
resource "aws_route_table_association" "one" {
  subnet_id      = aws_subnet.one.id
  route_table_id = aws_route_table.one.id
}
resource "aws_security_group" "one" {
  name        = "by-hand"
  description = "made by hand"
  vpc_id      = aws_vpc.one.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_s3_bucket" "one" { bucket = var.made.bucket }
resource "aws_s3_bucket_versioning" "one" {
  bucket = aws_s3_bucket.one.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_iam_role" "one" {
  name               = "by-hand"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy_attachment" "one" {
  role       = aws_iam_role.one.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_iam_instance_profile" "one" {
  name = "by-hand"
  role = aws_iam_role.one.name
}
resource "aws_cloudwatch_log_group" "one" {
  name              = "/by/hand"
  retention_in_days = 30
}
resource "aws_ecr_repository" "one" { name = "by-hand" }
resource "aws_codecommit_repository" "one" {
  repository_name = "by-hand"
  description     = "made by hand"
}
resource "aws_lb_target_group" "one" {
  name     = "by-hand"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.one.id
}
resource "aws_cloudwatch_event_rule" "one" {
  name                = "by-hand"
  schedule_expression = "rate(1 day)"
}
