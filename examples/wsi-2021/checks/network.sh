# Section 3: networking.

check_vpc() {
  expect "CIDR of wsi-vpc | wsi-vpc의 CIDR" 10.1.0.0/16 \
    "$(get ec2 describe-vpcs --filters Name=tag:Name,Values=wsi-vpc --query 'Vpcs[].CidrBlock')"
}

# subnet_is <name> <cidr> <table> <nat|igw>
subnet_is() {
  local table gateway state
  part cidr
  expect "CIDR of $1 | $1의 CIDR" "$2" "$(subnet "$1" CidrBlock)"
  read -r table gateway state <<<"$(default_route "$(subnet "$1" SubnetId)")"
  part table
  expect "its route table | 라우팅 테이블" "$3" "$table"
  part route
  expect_like "where 0.0.0.0/0 leads | 0.0.0.0/0의 대상" "^$4-[0-9a-f]+ active$" "$gateway $state"
  if [ "$4" = nat ] && [[ "$gateway" == nat-* ]]; then nat_works "$gateway"; fi
}
# A NAT gateway must itself reach the internet.
nat_works() {
  local state home gateway
  read -r state home <<<"$(get ec2 describe-nat-gateways --nat-gateway-ids "$1" --query 'NatGateways[].[State,SubnetId][]')"
  gateway="$(default_route "$home" | cut -d' ' -f2)"
  expect_like "the NAT gateway, and where its own subnet leads | NAT 게이트웨이와 그 서브넷의 경로" '^available igw-' "$state $gateway"
}
check_private_a() { subnet_is wsi-private-a 10.1.0.0/24 wsi-private-a-rt nat; }
check_private_b() { subnet_is wsi-private-b 10.1.1.0/24 wsi-private-b-rt nat; }
check_public_a() { subnet_is wsi-public-a 10.1.2.0/24 wsi-public-rt igw; }
check_public_b() { subnet_is wsi-public-b 10.1.3.0/24 wsi-public-rt igw; }

check_zones() {
  local a b
  a="$(subnet wsi-private-a AvailabilityZone) $(subnet wsi-public-a AvailabilityZone)"
  b="$(subnet wsi-private-b AvailabilityZone) $(subnet wsi-public-b AvailabilityZone)"
  expect_that "zones of A and of B | A와 B의 가용 영역" "two zones of ap-northeast-2 | ap-northeast-2의 서로 다른 두 영역" "A $a; B $b" \
    test "${a% *}" = "${a#* }" -a "${b% *}" = "${b#* }" -a "${a% *}" != "${b% *}" -a -n "${a% *}" -a -n "${b% *}"
}
