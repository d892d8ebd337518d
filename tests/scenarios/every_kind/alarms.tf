# Alarms of CloudWatch: of a metric, of an expression, of other alarms.
resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "every-kind-cpu"
  alarm_description   = "Stage ${var.stage}"
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  dimensions          = { InstanceId = "i-0123456789abcdef0" }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 2
  threshold           = local.later ? 90 : 80
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:automate:ap-northeast-2:ec2:reboot"]
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "every-kind-latency"
  namespace           = "EveryKind"
  metric_name         = "latency"
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 1.5
  comparison_operator = "GreaterThanThreshold"
  unit                = "Seconds"
}

resource "aws_cloudwatch_metric_alarm" "ratio" {
  alarm_name          = "every-kind-ratio"
  evaluation_periods  = local.later ? 3 : 2
  threshold           = 10
  comparison_operator = "GreaterThanThreshold"

  metric_query {
    id          = "rate"
    expression  = "errors / requests * 100"
    label       = "Error rate"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 120
      stat        = "Sum"
      unit        = "Count"
      dimensions  = { LoadBalancer = "app/web/0123456789abcdef" }
    }
  }
  metric_query {
    id = "requests"
    metric {
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 120
      stat        = "Sum"
      unit        = "Count"
      dimensions  = { LoadBalancer = "app/web/0123456789abcdef" }
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name        = "every-kind-any"
  alarm_description = "Stage ${var.stage}"
  alarm_rule        = "ALARM(${aws_cloudwatch_metric_alarm.cpu.alarm_name}) OR ALARM(${aws_cloudwatch_metric_alarm.ratio.alarm_name})"
}
