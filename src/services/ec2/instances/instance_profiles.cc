#include "services/ec2/instances/instance_profiles.h"

#include "gen/iam/client.h"
#include "services/ec2/ec2.h"
#include "services/ec2/instances/instances.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kInstanceProfilesPaths[] = {{"instance-id", "InstanceId"}, {"state", "State"}};

IamInstanceProfileAssociation require_no_other(Request& rq, const std::string& instance_id) {
  if (profile_of(rq.tx, instance_id))
    throw Error("IncorrectState", 400, fmt::format("There is an existing association for instance {}", instance_id));
  return {};
}

region::ConditionKeys new_profile_key(const std::optional<iam::InstanceProfile>& profile) {
  if (!profile) return {};
  return {{"ec2:NewInstanceProfile", {profile->arn}}};
}

}  // namespace

void associate_profile(const Making& at, const std::string& instance_id, const IamInstanceProfile& profile) {
  auto row = make<IamInstanceProfileAssociation>(at, "", instance_id);
  row.shape.association_id = row.id;
  row.shape.iam_instance_profile = profile;
  row.shape.instance_id = instance_id;
  row.shape.state = "associated";
  create(at.tx, row);
}

std::optional<iam::InstanceProfile> find_profile(Request& rq, const IamInstanceProfileSpecification& wanted) {
  std::string name = wanted.name.value_or("");
  if (wanted.arn && wanted.name)
    throw Error("InvalidParameterCombination", 400,
                "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'");
  if (wanted.arn) {
    const auto slash = wanted.arn->rfind('/');
    if (!wanted.arn->starts_with("arn:") || slash == std::string::npos)
      throw invalid_parameter(fmt::format(
          "Value ({}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN", *wanted.arn));
    name = wanted.arn->substr(slash + 1);
  }
  if (name.empty()) throw missing_parameter("IamInstanceProfile.Name");
  // EC2 itself looks the profile up; of the caller AWS asks only that it may pass the role.
  const iam::Client own(rq.as(rq.home.identity().service_caller(rq.account, "ec2.amazonaws.com")));
  try {
    iam::GetInstanceProfileInput question;
    question.instance_profile_name = name;
    iam::InstanceProfile found = own.get_instance_profile(question).instance_profile;
    // One of the same name in another account, or at another path, is another one.
    if (wanted.arn && found.arn != *wanted.arn) return std::nullopt;
    return found;
  } catch (const Error& error) {
    if (error.code() != "NoSuchEntity" && error.code() != "ValidationError") throw;  // a name that none can have
    return std::nullopt;
  }
}

void authorize_profile(Request& rq, const std::optional<iam::InstanceProfile>& profile, std::string_view instance_id) {
  if (!profile) return;
  for (const iam::Role& role : profile->roles)
    rq.authorize_pass_role(role.arn, "ec2.amazonaws.com", rq.arn("ec2", "instance/" + std::string(instance_id)));
}

IamInstanceProfile require_profile(const std::optional<iam::InstanceProfile>& profile,
                                   const IamInstanceProfileSpecification& wanted) {
  if (!profile)
    throw invalid_parameter(
        wanted.arn ? fmt::format("Value ({}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM "
                                 "Instance Profile ARN",
                                 *wanted.arn)
                   : fmt::format("Value ({}) for parameter iamInstanceProfile.name is invalid. Invalid IAM "
                                 "Instance Profile name",
                                 wanted.name.value_or("")));
  IamInstanceProfile out;
  out.arn = profile->arn;
  out.id = profile->instance_profile_id;
  return out;
}

AssociateIamInstanceProfileOutput Ec2::associate_iam_instance_profile(Request& rq,
                                                                      const AssociateIamInstanceProfileInput& in) {
  const auto found = find_profile(rq, in.iam_instance_profile);
  authorize(rq, "AssociateIamInstanceProfile", "instance", in.instance_id, new_profile_key(found));
  authorize_profile(rq, found, in.instance_id);

  const auto instance = require_living(rq, in.instance_id);
  require_no_other(rq, instance.id);
  const IamInstanceProfile profile = require_profile(found, in.iam_instance_profile);

  associate_profile(making(rq), instance.id, profile);

  AssociateIamInstanceProfileOutput out;
  out.iam_instance_profile_association = profile_of(rq.tx, instance.id)->shape;
  out.iam_instance_profile_association->state = "associating";
  return out;
}

DisassociateIamInstanceProfileOutput Ec2::disassociate_iam_instance_profile(
    Request& rq, const DisassociateIamInstanceProfileInput& in) {
  const auto row = find<IamInstanceProfileAssociation>(rq.tx, place_of(rq), in.association_id);
  authorize(rq, "DisassociateIamInstanceProfile", "instance", row ? row->parent : "*");

  const auto association = require<IamInstanceProfileAssociation>(rq.tx, place_of(rq), in.association_id);

  remove(rq.tx, association);

  DisassociateIamInstanceProfileOutput out;
  out.iam_instance_profile_association = association.shape;
  out.iam_instance_profile_association->state = "disassociating";
  return out;
}

ReplaceIamInstanceProfileAssociationOutput Ec2::replace_iam_instance_profile_association(
    Request& rq, const ReplaceIamInstanceProfileAssociationInput& in) {
  const auto row = find<IamInstanceProfileAssociation>(rq.tx, place_of(rq), in.association_id);
  const auto found = find_profile(rq, in.iam_instance_profile);
  authorize(rq, "ReplaceIamInstanceProfileAssociation", "instance", row ? row->parent : "*", new_profile_key(found));
  authorize_profile(rq, found, row ? row->parent : "*");

  const auto before = require<IamInstanceProfileAssociation>(rq.tx, place_of(rq), in.association_id);
  const IamInstanceProfile profile = require_profile(found, in.iam_instance_profile);

  remove(rq.tx, before);
  associate_profile(making(rq), before.parent, profile);

  ReplaceIamInstanceProfileAssociationOutput out;
  out.iam_instance_profile_association = profile_of(rq.tx, before.parent)->shape;
  out.iam_instance_profile_association->state = "associating";
  return out;
}

DescribeIamInstanceProfileAssociationsOutput Ec2::describe_iam_instance_profile_associations(
    Request& rq, const DescribeIamInstanceProfileAssociationsInput& in) {
  authorize(rq, "DescribeIamInstanceProfileAssociations");
  auto page = describe<IamInstanceProfileAssociation>(rq, in, in.association_ids, in.filters, kInstanceProfilesPaths);
  DescribeIamInstanceProfileAssociationsOutput out;
  out.iam_instance_profile_associations = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
