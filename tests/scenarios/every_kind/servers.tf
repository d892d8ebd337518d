resource "aws_key_pair" "one" {
  key_name   = "every-kind"
  public_key = var.public_key
}

resource "aws_launch_template" "one" {
  name                   = "every-kind"
  image_id               = data.aws_ssm_parameter.al2023.insecure_value
  instance_type          = local.later ? "t3.small" : "t3.micro"
  key_name               = aws_key_pair.one.key_name
  vpc_security_group_ids = [aws_security_group.one.id]
  update_default_version = true
  user_data              = base64encode("#!/bin/sh\ntouch /tmp/${var.stage}\n")
  iam_instance_profile { name = aws_iam_instance_profile.one.name }
  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }
  monitoring { enabled = true }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 10
      volume_type = "gp3"
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "of-a-template" }
  }
}

resource "aws_instance" "one" {
  ami                         = data.aws_ami.amazon_linux.id
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.one["a"].id
  vpc_security_group_ids      = local.later ? [aws_security_group.one.id, aws_security_group.bare.id] : [aws_security_group.one.id]
  iam_instance_profile        = aws_iam_instance_profile.one.name
  associate_public_ip_address = true
  monitoring                  = local.later
  disable_api_termination     = false
  source_dest_check           = !local.later
  user_data                   = "#!/bin/sh\ntouch /tmp/made\n"
  root_block_device { volume_size = 9 }
  metadata_options {
    http_tokens                 = local.later ? "required" : "optional"
    http_put_response_hop_limit = 2
  }
  credit_specification { cpu_credits = "unlimited" }
  tags        = { Name = "every-kind" }
  volume_tags = { Name = "every-kind-disk", Stage = var.stage }
  depends_on  = [aws_internet_gateway.one]
}

resource "aws_ec2_instance_state" "one" {
  instance_id = aws_instance.one.id
  state       = "running"
}

resource "aws_ec2_tag" "one" {
  resource_id = aws_vpc.two.default_security_group_id
  key         = "Told"
  value       = var.stage
}

resource "aws_lb" "one" {
  name                       = "every-kind"
  internal                   = true
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.one.id]
  subnets                    = [for one in aws_subnet.one : one.id]
  idle_timeout               = local.later ? 30 : 60
  drop_invalid_header_fields = local.later
  enable_deletion_protection = false
  client_keep_alive          = 600
}

resource "aws_lb_target_group" "one" {
  name                          = "every-kind"
  port                          = 8080
  protocol                      = "HTTP"
  vpc_id                        = aws_vpc.one.id
  deregistration_delay          = local.later ? 5 : 10
  load_balancing_algorithm_type = local.later ? "least_outstanding_requests" : "round_robin"
  slow_start                    = local.later ? 0 : 30
  health_check {
    path                = local.later ? "/health" : "/"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200-299"
  }
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 600
    enabled         = !local.later
  }
}

resource "aws_lb_target_group" "addresses" {
  name        = "every-kind-addresses"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.one.id
}

resource "aws_lb_target_group_attachment" "one" {
  target_group_arn = aws_lb_target_group.one.arn
  target_id        = aws_instance.one.id
  port             = 8081
}

resource "aws_lb_target_group_attachment" "address" {
  target_group_arn = aws_lb_target_group.addresses.arn
  target_id        = aws_network_interface.one.private_ip
}

resource "aws_lb_listener" "one" {
  load_balancer_arn = aws_lb.one.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.one.arn
        weight = local.later ? 1 : 3
      }
      target_group {
        arn    = aws_lb_target_group.addresses.arn
        weight = 1
      }
      stickiness {
        enabled  = true
        duration = 300
      }
    }
  }
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.one.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate.one.arn
  default_action {
    type = "redirect"
    redirect {
      status_code = "HTTP_302"
      host        = "example.com"
      path        = "/${var.stage}"
    }
  }
}

resource "aws_lb_listener_certificate" "one" {
  listener_arn    = aws_lb_listener.tls.arn
  certificate_arn = aws_acm_certificate.two.arn
}

resource "aws_lb_listener_rule" "one" {
  listener_arn = aws_lb_listener.one.arn
  priority     = local.later ? 20 : 10
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = var.stage
      status_code  = "418"
    }
  }
  condition {
    path_pattern { values = ["/tea/*"] }
  }
  condition {
    query_string {
      key   = "kind"
      value = "green"
    }
  }
  condition {
    http_header {
      http_header_name = "X-Guest"
      values           = ["yes"]
    }
  }
}

resource "aws_acm_certificate" "one" {
  private_key      = var.private_key
  certificate_body = var.certificate
}

resource "aws_acm_certificate" "two" {
  private_key      = var.private_key
  certificate_body = var.certificate
}
