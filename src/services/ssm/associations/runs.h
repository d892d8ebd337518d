// State Manager at work: an association's document runs on the instances that it is for, when it is made or changed,
// when its schedule is due, and on instances that come later. A run is a command that ListCommands does not tell.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "gen/ssm/model.h"
#include "region/region.h"
#include "region/resources.h"
#include "services/ssm/place.h"
#include "store/typed_tasks.h"

namespace hanbat::region {

/// Its id is its id, its parent the document that it runs. `own`: {"runs": {instance: the last command}, "once": it is
/// to run now on all, "next": when its schedule is due, "last": when it ran, ms}. Its status is there when its last run
/// could not begin.
template <>
struct KindOf<ssm::AssociationDescription> {
  static constexpr std::string_view kRows = "ssm/association";
  static std::string arn(const Resource<ssm::AssociationDescription>& row) {
    return "arn:aws:ssm:" + row.place.region + ":" + row.place.account + ":association/" + row.id;
  }
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using AssociationRow = region::Resource<AssociationDescription>;

/// Looks at an association, whose id is the task's key.
struct AssociationTask {
  static constexpr std::string_view kKind = "ssm.association";
  Place place;

  Json to_json() const { return Json::object({{"account", place.account}, {"region", place.region}}); }
  static AssociationTask from_json(const Json& json) { return {{json.text("account"), json.text("region")}}; }
};

class AssociationRuns {
 public:
  explicit AssociationRuns(region::Region& home) : home_(home) {}

  void start();

 private:
  void look(store::TaskRun& task);
  void run_what_is_due(store::Tx& tx, AssociationRow& row);
  void give_up(store::Tx& tx, const std::string& id, std::string_view why);

  region::Region& home_;
};

/// Has the association looked at right after the transaction.
void wake(region::Region& home, store::Tx& tx, const AssociationRow& row);
/// Runs those that use the document's $DEFAULT or $LATEST version, which has become another one, unless they run by
/// their schedule alone. Source: UpdateDocument in the Systems Manager API reference, DocumentVersion.
void run_associations_of(region::Region& home, store::Tx& tx, const Place& place, const std::string& document,
                         std::string_view version);
/// Has all of the place looked at that never ran on the instance, which has just called.
void wake_associations(region::Region& home, store::Tx& tx, const Place& place, const std::string& instance);

}  // namespace hanbat::ssm
