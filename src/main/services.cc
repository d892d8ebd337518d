#include "main/services.h"

#include <memory>

#include "region/region.h"
#include "services/acm/acm.h"
#include "services/budgets/budgets.h"
#include "services/ce/ce.h"
#include "services/cloudtrail/cloudtrail.h"
#include "services/codebuild/codebuild.h"
#include "services/codecommit/codecommit.h"
#include "services/codedeploy/agents/host_agent.h"
#include "services/codedeploy/agents/secure_host_agent.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codepipeline/codepipeline.h"
#include "services/ec2/ec2.h"
#include "services/ecr/ecr.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/events/events.h"
#include "services/explain/explain.h"
#include "services/iam/iam.h"
#include "services/logs/logs.h"
#include "services/monitoring/monitoring.h"
#include "services/organizations/organizations.h"
#include "services/s3/s3.h"
#include "services/secretsmanager/secretsmanager.h"
#include "services/ssm/commands/agent_endpoint.h"
#include "services/ssm/sessions/message_gateway.h"
#include "services/ssm/ssm.h"
#include "services/sts/sts.h"

namespace hanbat {

Foundations::Foundations(const region::Settings& settings, const Clock& clock, store::Database& database,
                         const region::Vault& vault)
    : access(clock, vault, memberships, settings.default_region),
      trail(database, settings.state_folder, clock),
      prices(settings.state_folder),
      payers(memberships),
      limits(clock, prices, payers),
      authorizer(access.authorizer, limits) {}

void add_services(region::Region& home, Foundations& foundations) {
  home.add(std::make_unique<iam::Iam>(home, foundations.access));
  home.add(std::make_unique<sts::Sts>(home));
  home.add(std::make_unique<cloudtrail::CloudTrail>(home, foundations.trail));
  home.add(std::make_unique<organizations::Organizations>(home));
  home.add(std::make_unique<ce::Ce>(home, foundations.prices, foundations.limits));
  home.add(std::make_unique<budgets::Budgets>(home));
  home.add(std::make_unique<s3::S3>(home));
  home.add(std::make_unique<monitoring::Monitoring>(home));
  home.add(std::make_unique<logs::Logs>(home));
  home.add(std::make_unique<ec2::Ec2>(home));
  home.add(std::make_unique<acm::Acm>(home));
  home.add(std::make_unique<elasticloadbalancing::ElasticLoadBalancing>(home));
  home.add(std::make_unique<events::Events>(home));
  auto ssm = std::make_unique<ssm::Ssm>(home);
  ssm::Sessions& sessions = ssm->sessions();
  home.add(std::move(ssm));
  home.add(std::make_unique<ssm::MessageGateway>(home, sessions));
  home.add(std::make_unique<ssm::AgentEndpoint>(home));
  home.add(std::make_unique<secretsmanager::SecretsManager>(home));
  home.add(std::make_unique<codecommit::CodeCommit>(home, &foundations.access.identity));
  home.add(std::make_unique<ecr::Ecr>(home));
  home.add(std::make_unique<codebuild::CodeBuild>(home));
  home.add(std::make_unique<codedeploy::CodeDeploy>(home));
  home.add(std::make_unique<codedeploy::HostAgent>(home));
  home.add(std::make_unique<codedeploy::SecureHostAgent>(home));
  home.add(std::make_unique<codepipeline::CodePipeline>(home));
  home.add(std::make_unique<explain::Explain>(home));
}

}  // namespace hanbat
