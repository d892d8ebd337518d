// Whom a document is shared with: who may use it then names it by its ARN.
#include <algorithm>

#include "base/text.h"
#include "region/page.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr std::size_t kMostShares = 1000;

void check_permission_type(const std::string& type) {
  if (type != "Share")
    throw InvalidPermissionType("The permission type isn't supported. Share is the only supported permission type.");
}

/// AWS takes the word in any case.
std::string account_of(const std::string& given) {
  return iequals(given, kEverybody) ? std::string(kEverybody) : given;
}

}  // namespace

ModifyDocumentPermissionOutput Ssm::modify_document_permission(region::Request& rq,
                                                               const ModifyDocumentPermissionInput& in) {
  authorize_document(rq, "ssm:ModifyDocumentPermission", in.name);

  check_permission_type(in.permission_type);
  const auto added = in.account_ids_to_add.value_or(std::vector<std::string>{});
  const auto removed = in.account_ids_to_remove.value_or(std::vector<std::string>{});
  const DocumentRow row = require_own_document(rq.tx, place_of(rq), in.name);
  const std::string word = in.shared_document_version.value_or("$DEFAULT");
  const auto versions = find_word<SharedVersions>(word);
  if (!versions)
    throw wire::Error("ValidationException", 400, "SharedDocumentVersion takes $DEFAULT, $LATEST or $ALL: " + word);

  for (const std::string& account : added) put_share(rq.tx, row, {account_of(account), *versions});
  for (const std::string& account : removed) remove_share(rq.tx, row, account_of(account));
  if (shares_of(rq.tx, row, "", kMostShares + 1).size() > kMostShares)
    throw DocumentPermissionLimit("The document can't be shared with more AWS accounts.");
  return {};
}

DescribeDocumentPermissionOutput Ssm::describe_document_permission(region::Request& rq,
                                                                   const DescribeDocumentPermissionInput& in) {
  authorize_document(rq, "ssm:DescribeDocumentPermission", in.name);

  check_permission_type(in.permission_type);
  const DocumentRow row = require_own_document(rq.tx, place_of(rq), in.name);
  const region::Pager pager(rq, in, {.usual = 200, .most = 200});
  const auto page = pager.cut_read(shares_of(rq.tx, row, pager.after().value_or(""), pager.size() + 1),
                                   [](const ShareRow& share) { return share.account; });

  DescribeDocumentPermissionOutput out;
  out.account_ids.emplace();
  out.account_sharing_info_list.emplace();
  for (const ShareRow& share : page.items) {
    out.account_ids->push_back(share.account);
    AccountSharingInfo& info = out.account_sharing_info_list->emplace_back();
    info.account_id = share.account;
    info.shared_document_version = word_of(share.versions);
  }
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::ssm
