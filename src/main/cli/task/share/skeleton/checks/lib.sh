# What the checks of this pack share; read before each of them.

vpc_of_task() { get ec2 describe-vpcs --filters Name=tag:Name,Values=my-vpc --query 'Vpcs[].VpcId'; }
