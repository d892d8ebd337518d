#include "services/ecr/lifecycle/expiry.h"

#include <map>

#include "services/ecr/images/store.h"
#include "store/typed_tasks.h"

namespace hanbat::ecr {
namespace {

constexpr Milliseconds kExpireEvery = std::chrono::hours(1);

void expire(region::Region& home, store::Tx& tx, RepositoryRow repository) {
  const auto rules = parse_lifecycle_policy(repository.own.text(kLifecyclePolicy), "PutLifecyclePolicy");
  const Timestamp now = home.clock.now();
  for (const ExpiringImage& one : expiring_images(rules, lifecycle_images(tx, repository), now))
    delete_image(home, tx, repository, one.image.digest, "");
  repository.own[kLifecycleEvaluated] = now.ms;
  region::update(tx, repository);
}

}  // namespace

void start_expiry(region::Region& home) {
  store::handle<ExpireImagesTask>(home.tasks, [&home](store::TaskRun& run, const ExpireImagesTask&) {
    for (const RepositoryRow& row : home.db.read([](store::Tx& tx) { return region::list_all<Repository>(tx); })) {
      if (!row.own.contains(kLifecyclePolicy)) continue;
      home.db.write([&](store::Tx& tx) {
        const auto now_there = find_repository(tx, row.place, name_of(row));
        if (now_there && now_there->own.contains(kLifecyclePolicy)) expire(home, tx, *now_there);
      });
    }
    store::again(run, kExpireEvery, ExpireImagesTask{});
  });
  home.db.write([&home](store::Tx& tx) { store::add_task(home.tasks, tx, ExpireImagesTask{}, "all"); });
}

std::vector<LifecycleImage> lifecycle_images(store::Tx& tx, const RepositoryRow& repository) {
  std::map<std::string, std::vector<std::string>> tags;
  for (auto& [tag, digest] : list_tags(tx, repository)) tags[digest].push_back(tag);
  std::vector<LifecycleImage> out;
  for (const ImageRow& image : list_images(tx, repository)) {
    if (is_referenced(tx, repository, image.digest)) continue;
    out.push_back({image.digest, tags[image.digest], image.pushed});
  }
  return out;
}

}  // namespace hanbat::ecr
