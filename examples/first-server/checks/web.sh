# What the world sees of it.

check_port() {
  local groups
  groups="$(servers 'SecurityGroups[].GroupId|join(`,`,@)')"
  expect_like "rules from 0.0.0.0/0 that hold port 80 | 80 포트를 포함하는 0.0.0.0/0 규칙" 'sgr-' \
    "$([ -z "$groups" ] || get ec2 describe-security-group-rules --filters "Name=group-id,Values=$groups" --query \
      'SecurityGroupRules[?!IsEgress && CidrIpv4==`"0.0.0.0/0"` && (IpProtocol==`"-1"` || (IpProtocol==`"tcp"` && FromPort<=`80` && ToPort>=`80`))].SecurityGroupRuleId')"
}

check_page() {
  local address
  address="$(servers PublicIpAddress)"
  expect "GET / | GET /의 응답" "$(cat ../handout/index.html)" "$(fetch "http://${address:-no-address.invalid}/")"
}
