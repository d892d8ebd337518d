# The instance itself.

check_instance() {
  local id image
  part running
  id="$(servers InstanceId)"
  expect_like "running instances of that name | 그 이름으로 실행 중인 인스턴스" '^i-[0-9a-f]+$' "$id"
  part type
  expect "type | 유형" t3.micro "$(servers InstanceType)"
  part image
  image="$(servers ImageId)"
  expect_like "image | 이미지" '^amazon .*([Aa]mazon [Ll]inux 2([^0-9]|$)|amzn2)' \
    "$([ -z "$image" ] || get ec2 describe-images --image-ids $image --query 'Images[].[ImageOwnerAlias,Name,Description][]')"
}

check_tag() {
  expect "tag team | team 태그" blue "$(servers "Tags[?Key=='team']|[0].Value")"
}

check_ssh() {
  expect_like "whoami over ssh | SSH로 본 whoami" '^root$' "$(on_bastion whoami 2>&1)"
}
