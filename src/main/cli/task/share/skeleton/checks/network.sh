# A check is a function check_… that asks with `aws` (as the judge, who only reads) and says with `expect` what it wants and what
# it saw. `get` is `aws` whose answer is words on one line. The label may be "English | 한국어".

check_vpc() {
  expect "CIDR of my-vpc | my-vpc의 CIDR" 10.2.0.0/16 \
    "$(get ec2 describe-vpcs --filters Name=tag:Name,Values=my-vpc --query 'Vpcs[].CidrBlock')"
}

check_subnet() {
  local cidr vpc
  read -r cidr vpc <<<"$(get ec2 describe-subnets --filters Name=tag:Name,Values=my-subnet --query 'Subnets[].[CidrBlock,VpcId]')"
  part cidr
  expect "CIDR of my-subnet | my-subnet의 CIDR" 10.2.0.0/24 "$cidr"
  part vpc
  expect_that "its VPC | VPC" "my-vpc" "$vpc" test -n "$vpc" -a "$vpc" = "$(vpc_of_task)"
}
