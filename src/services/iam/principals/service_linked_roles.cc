// Roles that belong to an AWS service: made for it, changed and used by it alone.
#include <algorithm>

#include "base/ids.h"
#include "services/iam/iam.h"

namespace hanbat::iam {
namespace {

/// Source: the pages "Using service-linked roles" of AWS's services, and what CreateServiceLinkedRole answered.
struct LinkedService {
  std::string_view service;  // before ".amazonaws.com"
  std::string_view role;     // behind "AWSServiceRoleFor"
  std::string_view policy;   // of path /aws-service-role/; empty where AWS's text of it is not public
  bool suffix_allowed;
};

constexpr LinkedService kLinkedServices[] = {
    {"access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy", false},
    {"accountdiscovery.ssm", "AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy", false},
    {"acm", "CertificateManager", "CertificateManagerServiceRolePolicy", false},
    {"appmesh", "AppMesh", "AWSAppMeshServiceRolePolicy", false},
    {"autoscaling-plans", "AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy", false},
    {"autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy", true},
    {"backup", "Backup", "AWSBackupServiceLinkedRolePolicyForBackup", false},
    {"batch", "Batch", "BatchServiceRolePolicy", false},
    {"cassandra.application-autoscaling", "ApplicationAutoScaling_CassandraTable",
     "AWSApplicationAutoscalingCassandraTablePolicy", false},
    {"cks.kms", "KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
     false},
    {"cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy", false},
    {"codestar-notifications", "CodeStarNotifications", "AWSCodeStarNotificationsServiceRolePolicy", false},
    {"config", "Config", "AWSConfigServiceRolePolicy", false},
    {"connect", "AmazonConnect", "AmazonConnectServiceLinkedRolePolicy", true},
    {"dms-fleet-advisor", "DMSFleetAdvisor", "AWSDMSFleetAdvisorServiceRolePolicy", false},
    {"dms", "DMSServerless", "AWSDMSServerlessServiceRolePolicy", false},
    {"docdb-elastic", "DocDB-Elastic", "AmazonDocDB-ElasticServiceRolePolicy", false},
    {"dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable",
     "AWSApplicationAutoscalingDynamoDBTablePolicy", false},
    {"ec2-instance-connect", "Ec2InstanceConnect", "Ec2InstanceConnectEndpoint", false},
    {"ec2.application-autoscaling", "ApplicationAutoScaling_EC2SpotFleetRequest",
     "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy", false},
    {"ec2scheduled", "EC2ScheduledInstances", "", false},
    {"ecr", "ECRTemplate", "ECRTemplateServiceRolePolicy", false},
    {"ecs.application-autoscaling", "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy",
     false},
    {"ecs", "ECS", "AmazonECSServiceRolePolicy", false},
    {"eks-connector", "AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy", false},
    {"eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy", false},
    {"eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup", false},
    {"eks", "AmazonEKS", "AmazonEKSServiceRolePolicy", false},
    {"elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy", false},
    {"elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy", false},
    {"elasticfilesystem", "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy", false},
    {"elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy", false},
    {"elasticmapreduce", "EMRCleanup", "AmazonEMRCleanupPolicy", false},
    {"email.cognito-idp", "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy", false},
    {"emr-containers", "AmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy", false},
    {"emrwal", "EMRWAL", "EMRDescribeClusterPolicyForEMRWAL", false},
    {"es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy", false},
    {"events", "CloudWatchEvents", "CloudWatchEventsServiceRolePolicy", false},
    {"fis", "FIS", "AmazonFISServiceRolePolicy", false},
    {"globalaccelerator", "GlobalAccelerator", "AWSGlobalAcceleratorSLRPolicy", false},
    {"grafana", "AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy", false},
    {"guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy", false},
    {"imagebuilder", "ImageBuilder", "AWSServiceRoleForImageBuilder", false},
    {"inspector2", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy", false},
    {"iotmanagedintegrations", "IoTManagedIntegrations", "AWSIoTManagedIntegrationsRolePolicy", false},
    {"kafka", "Kafka", "KafkaServiceRolePolicy", false},
    {"kafkaconnect", "KafkaConnect", "KafkaConnectServiceRolePolicy", false},
    {"lakeformation", "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy", false},
    {"lambda.application-autoscaling", "ApplicationAutoScaling_LambdaConcurrency",
     "AWSApplicationAutoscalingLambdaConcurrencyPolicy", false},
    {"lex", "LexBots", "", false},
    {"lexv2", "LexV2Bots", "AmazonLexV2BotPolicy", true},
    {"lightsail", "Lightsail", "LightsailExportAccess", false},
    {"logger.cloudfront", "CloudFrontLogger", "AWSCloudFrontLogger", false},
    {"m2", "AWSM2", "AWSM2ServicePolicy", false},
    {"macie", "AmazonMacie", "AmazonMacieServiceRolePolicy", false},
    {"memorydb", "MemoryDB", "MemoryDBServiceRolePolicy", false},
    {"mq", "AmazonMQ", "AmazonMQServiceRolePolicy", false},
    {"mrk.kms", "KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
     false},
    {"notifications", "AwsUserNotifications", "AWSUserNotificationsServiceLinkedRolePolicy", false},
    {"observability.aoss", "AmazonOpenSearchServerless", "AmazonOpenSearchServerlessServiceRolePolicy", false},
    {"opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy", false},
    {"ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy", false},
    {"ops.emr-serverless", "AmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy", false},
    {"opsdatasync.ssm", "SystemsManagerOpsDataSync", "AWSSystemsManagerOpsDataSyncServiceRolePolicy", false},
    {"opsinsights.ssm", "AmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy", false},
    {"organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy", false},
    {"pullthroughcache.ecr", "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy", false},
    {"ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy", false},
    {"rds.application-autoscaling", "ApplicationAutoScaling_RDSCluster", "AWSApplicationAutoscalingRDSClusterPolicy",
     false},
    {"rds", "RDS", "AmazonRDSServiceRolePolicy", false},
    {"redshift", "Redshift", "AmazonRedshiftServiceLinkedRolePolicy", false},
    {"replication.cassandra", "KeyspacesReplication", "KeyspacesReplicationServiceRolePolicy", false},
    {"replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy", false},
    {"replication.ecr", "ECRReplication", "ECRReplicationServiceRolePolicy", false},
    {"replicator.lambda", "LambdaReplicator", "AWSLambdaReplicator", false},
    {"repository.sync.codeconnections", "GitSync", "AWSGitSyncServiceRolePolicy", false},
    {"resource-explorer-2", "ResourceExplorer", "AWSResourceExplorerServiceRolePolicy", false},
    {"rolesanywhere", "RolesAnywhere", "AWSRolesAnywhereServicePolicy", false},
    {"s3-outposts", "S3OnOutposts", "AWSS3OnOutpostsServiceRolePolicy", false},
    {"sagemaker.application-autoscaling", "ApplicationAutoScaling_SageMakerEndpoint",
     "AWSApplicationAutoscalingSageMakerEndpointPolicy", false},
    {"securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy", false},
    {"ses", "AmazonSES", "AmazonSESServiceRolePolicy", false},
    {"shield", "AWSShield", "AWSShieldServiceRolePolicy", false},
    {"spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy", false},
    {"spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy", false},
    {"ssm-incidents", "IncidentManager", "AWSIncidentManagerServiceRolePolicy", false},
    {"ssm-quicksetup", "SSMQuickSetup", "SSMQuickSetupRolePolicy", false},
    {"ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy", false},
    {"sso", "SSO", "AWSSSOServiceRolePolicy", false},
    {"support", "Support", "AWSSupportServiceRolePolicy", false},
    {"transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy", false},
    {"trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy", false},
    {"vpcorigin.cloudfront", "CloudFrontVPCOrigin", "AWSCloudFrontVPCOriginServiceRolePolicy", false},
    {"waf", "WAFLogging", "WAFLoggingServiceRolePolicy", false},
    {"wafv2", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy", false},
};

const LinkedService* find_service(std::string_view principal) {
  constexpr std::string_view kDomain = ".amazonaws.com";
  if (!principal.ends_with(kDomain)) return nullptr;
  principal.remove_suffix(kDomain.size());
  const auto found = std::ranges::find(kLinkedServices, principal, &LinkedService::service);
  return found == std::end(kLinkedServices) ? nullptr : found;
}

}  // namespace

CreateServiceLinkedRoleOutput Iam::create_service_linked_role(Request& rq, const CreateServiceLinkedRoleInput& in) {
  const LinkedService* service = find_service(in.aws_service_name);
  std::string name = service ? "AWSServiceRoleFor" + std::string(service->role) : "*";
  if (in.custom_suffix) name += "_" + *in.custom_suffix;
  Entity role = make(rq, Kind::kRole, name, "/aws-service-role/" + in.aws_service_name + "/");
  rq.authorize("iam:CreateServiceLinkedRole", role.arn, {{"iam:AWSServiceName", {in.aws_service_name}}});

  if (!service) throw InvalidInputException("Service role name for " + in.aws_service_name + " is not found.");
  if (in.custom_suffix && !service->suffix_allowed)
    throw InvalidInputException("Custom suffix is not allowed for " + in.aws_service_name);
  if (rows::find(rq.tx, rq.account, Kind::kRole, name))
    throw InvalidInputException("Service role name " + name +
                                " has been taken in this account, please try a different suffix.");
  role.body["service_linked"] = in.aws_service_name;
  role.body["trust"] =
      Json::object(
          {{"Version", "2012-10-17"},
           {"Statement", Json::array({Json::object({{"Effect", "Allow"},
                                                    {"Principal", Json::object({{"Service", in.aws_service_name}})},
                                                    {"Action", "sts:AssumeRole"}})})}})
          .dump();
  if (in.description) role.body["description"] = *in.description;

  insert(rq, role);
  if (!service->policy.empty())
    rows::attach(rq.tx, role, Usage::kPermissions,
                 "arn:aws:iam::aws:policy/aws-service-role/" + std::string(service->policy));

  CreateServiceLinkedRoleOutput out;
  out.role = new_role(rq, role);
  return out;
}

DeleteServiceLinkedRoleOutput Iam::delete_service_linked_role(Request& rq, const DeleteServiceLinkedRoleInput& in) {
  authorize(rq, "iam:DeleteServiceLinkedRole", Kind::kRole, in.role_name);

  const Entity role = require_role(rq, in.role_name);
  if (!role.body.contains("service_linked"))
    throw InvalidInputException("Role " + in.role_name + " is not a service-linked role.");
  const std::string task = "task" + role.path + role.name + "/" + random_uuid();

  // The services do their own work as themselves and not through this role, so none of them can be in its way.
  rows::remove(rq.tx, role);
  rows::insert_role_deletion(rq.tx, task, rq.account, "SUCCEEDED", rq.now());

  return {.deletion_task_id = task};
}

GetServiceLinkedRoleDeletionStatusOutput Iam::get_service_linked_role_deletion_status(
    Request& rq, const GetServiceLinkedRoleDeletionStatusInput& in) {
  rq.authorize("iam:GetServiceLinkedRoleDeletionStatus", make_arn("iam", "", rq.account, "role/*"));

  const auto status = rows::find_role_deletion(rq.tx, in.deletion_task_id, rq.account);
  if (!status) throw NoSuchEntityException("Deletion task " + in.deletion_task_id + " cannot be found.");

  return {.status = *status};
}

}  // namespace hanbat::iam
