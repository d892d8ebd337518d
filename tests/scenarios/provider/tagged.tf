# What takes tags, of as many services as people tag by default_tags.
resource "aws_vpc" "one" {
  cidr_block = "10.71.0.0/16"
  tags       = { Name = "tagged", Owner = "itself" }
}
resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.71.1.0/24"
}
resource "aws_security_group" "one" { vpc_id = aws_vpc.one.id }
resource "aws_vpc_security_group_egress_rule" "one" {
  security_group_id = aws_security_group.one.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_eip" "one" {}
resource "aws_lb_target_group" "one" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.one.id
}
resource "aws_s3_bucket" "one" { bucket_prefix = "tagged-" }
resource "aws_s3_object" "one" {
  bucket  = aws_s3_bucket.one.id
  key     = "one"
  content = "tagged"
}
resource "aws_iam_role" "one" {
  name               = "tagged"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_cloudwatch_log_group" "one" { name = "/tagged/one" }
resource "aws_ssm_parameter" "one" {
  name  = "/tagged/one"
  type  = "String"
  value = "one"
}
resource "aws_ecr_repository" "one" { name = "tagged" }
resource "aws_codecommit_repository" "one" { repository_name = "tagged" }
resource "aws_codedeploy_app" "one" { name = "tagged" }
resource "aws_cloudwatch_event_rule" "one" {
  name                = "tagged"
  schedule_expression = "rate(1 day)"
}
resource "aws_secretsmanager_secret" "one" {
  name                    = "tagged"
  recovery_window_in_days = 0
}
