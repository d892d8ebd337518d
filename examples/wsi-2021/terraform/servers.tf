data "aws_iam_policy_document" "trust" {
  for_each = toset(["ec2", "codebuild", "codedeploy", "codepipeline", "events"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "server" {
  name               = "wsi-api"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}

resource "aws_iam_role_policy" "server" {
  name = "artifacts"
  role = aws_iam_role.server.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = "${aws_s3_bucket.artifacts.arn}/*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "server_ssm" {
  role       = aws_iam_role.server.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "server" {
  name = "wsi-api"
  role = aws_iam_role.server.name
}

resource "aws_key_pair" "main" {
  key_name   = "wsi-key"
  public_key = var.public_key
}

resource "aws_launch_template" "api" {
  name_prefix            = "wsi-api-"
  image_id               = data.aws_ssm_parameter.amazon_linux_2.value
  instance_type          = "t3.small"
  key_name               = aws_key_pair.main.key_name
  vpc_security_group_ids = [aws_security_group.api.id]
  user_data              = filebase64("${path.module}/../user-data/api.sh")
  iam_instance_profile { name = aws_iam_instance_profile.server.name }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { "wsi:deploy:group" = "dev-api" }
  }
}

resource "aws_instance" "api" {
  for_each  = aws_subnet.private
  subnet_id = each.value.id
  launch_template {
    id      = aws_launch_template.api.id
    version = "$Latest"
  }
  tags       = { Name = "wsi-api-${each.key == "a" ? 1 : 2}", "wsi:deploy:group" = "dev-api" }
  depends_on = [aws_route.private, aws_route_table_association.private]
  # The provider makes a hash of its own hash where only the template has user data (its issue 30825).
  lifecycle { ignore_changes = [user_data] }
}

resource "aws_lb" "main" {
  name               = "wsi-alb"
  load_balancer_type = "application"
  security_groups    = [aws_security_group.alb.id]
  subnets            = [for subnet in aws_subnet.public : subnet.id]
}

resource "aws_lb_target_group" "api" {
  name                 = "wsi-api-tg"
  port                 = 8080
  protocol             = "HTTP"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 30
  health_check {
    path                = "/health"
    matcher             = "200"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

resource "aws_lb_target_group_attachment" "api" {
  for_each         = aws_instance.api
  target_group_arn = aws_lb_target_group.api.arn
  target_id        = each.value.id
  port             = 8080
}

output "alb" { value = aws_lb.main.dns_name }
