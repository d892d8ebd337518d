// Key pairs: the private half is answered once and never kept.
#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/security/keys.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kKeyPairsPaths[] = {
    {"key-pair-id", "KeyPairId"}, {"fingerprint", "KeyFingerprint"}, {"key-name", "KeyName"}};

void require_new_name(Request& rq, const std::string& name) {
  if (name.empty() || name.size() > 255)
    throw Error("InvalidParameterValue", 400, "Invalid value for parameter keyName");
  if (find_named<KeyPairInfo>(rq.tx, place_of(rq), "", name))
    throw Error("InvalidKeyPair.Duplicate", 400, fmt::format("The keypair already exists"));
}

Resource<KeyPairInfo> keep(Request& rq, const std::string& name, KeyKind kind, const std::string& public_key,
                           const std::string& fingerprint, const Tags& tags) {
  auto row = make<KeyPairInfo>(making(rq));
  row.name = name;
  row.shape.key_pair_id = row.id;
  row.shape.key_name = name;
  row.shape.key_fingerprint = fingerprint;
  row.shape.key_type = word_of(kind);
  row.shape.create_time = rq.now();
  row.shape.public_key = fmt::format("{} {}", public_key, name);
  create(rq.tx, row, tags);
  return row;
}

}  // namespace

CreateKeyPairOutput Ec2::create_key_pair(Request& rq, const CreateKeyPairInput& in) {
  const KeyKind kind = require_word(in.key_type, KeyKind::kRsa);
  const Tags tags = requested_tags(in.tag_specifications, "key-pair");
  authorize_making(rq, "CreateKeyPair", "key-pair", tags, {{"ec2:KeyPairType", {std::string(word_of(kind))}}},
                   in.key_name);
  authorize_tagging(rq, "key-pair", tags);

  if (in.key_format.value_or("pem") != "pem") throw not_done(rq, "KeyFormat ppk");
  require_new_name(rq, in.key_name);
  const NewKey key = make_key(kind);

  const auto row = keep(rq, in.key_name, kind, key.public_key, key.fingerprint, tags);

  CreateKeyPairOutput out;
  out.key_pair_id = row.id;
  out.key_name = in.key_name;
  out.key_fingerprint = key.fingerprint;
  out.key_material = key.private_key;
  if (!tags.empty()) out.tags = region::tag_list<Tag>(tags);
  return out;
}

ImportKeyPairOutput Ec2::import_key_pair(Request& rq, const ImportKeyPairInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "key-pair");
  authorize_making(rq, "ImportKeyPair", "key-pair", tags, {}, in.key_name);
  authorize_tagging(rq, "key-pair", tags);

  require_new_name(rq, in.key_name);
  const ReadKey key = read_public_key(in.public_key_material);

  const auto row = keep(rq, in.key_name, key.kind, key.public_key, key.fingerprint, tags);

  ImportKeyPairOutput out;
  out.key_pair_id = row.id;
  out.key_name = in.key_name;
  out.key_fingerprint = key.fingerprint;
  if (!tags.empty()) out.tags = region::tag_list<Tag>(tags);
  return out;
}

DescribeKeyPairsOutput Ec2::describe_key_pairs(Request& rq, const DescribeKeyPairsInput& in) {
  authorize(rq, "DescribeKeyPairs");

  const auto names = in.key_names.value_or(std::vector<std::string>{});
  for (const std::string& name : names)
    if (!find_named<KeyPairInfo>(rq.tx, place_of(rq), "", name))
      throw Error("InvalidKeyPair.NotFound", 400, fmt::format("The key pair '{}' does not exist", name));
  DescribeKeyPairsOutput out;
  out.key_pairs.emplace();
  for (auto& row : select<KeyPairInfo>(rq, in.key_pair_ids, in.filters, kKeyPairsPaths)) {
    if (!names.empty() && std::ranges::find(names, *row.shape.key_name) == names.end()) continue;
    if (!in.include_public_key.value_or(false)) row.shape.public_key.reset();
    out.key_pairs->push_back(std::move(row.shape));
  }
  return out;
}

DeleteKeyPairOutput Ec2::delete_key_pair(Request& rq, const DeleteKeyPairInput& in) {
  std::string name = in.key_name.value_or(in.key_pair_id.value_or("*"));
  if (const auto named = find<KeyPairInfo>(rq.tx, place_of(rq), in.key_pair_id.value_or("")))
    name = named->shape.key_name.value_or(name);
  authorize(rq, "DeleteKeyPair", "key-pair", name);

  if (!in.key_name && !in.key_pair_id) throw missing_parameter("KeyName or KeyPairId");
  if (in.key_name && in.key_pair_id) throw not_together("keyName", "keyPairId");
  std::optional<Resource<KeyPairInfo>> row;
  if (in.key_pair_id)
    row = find<KeyPairInfo>(rq.tx, place_of(rq), *in.key_pair_id);
  else
    row = find_named<KeyPairInfo>(rq.tx, place_of(rq), "", *in.key_name);

  // A key that is not there is no error, as in AWS.
  DeleteKeyPairOutput out;
  out.return_ = true;
  if (!row) return out;
  remove(rq.tx, *row);
  out.key_pair_id = row->id;
  return out;
}

}  // namespace hanbat::ec2
