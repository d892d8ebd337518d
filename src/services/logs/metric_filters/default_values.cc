#include "services/logs/metric_filters/default_values.h"

#include <algorithm>

#include "services/logs/metric_filters/counting.h"
#include "store/typed_tasks.h"

namespace hanbat::logs {
namespace {

constexpr std::int64_t kOneMinuteMs = 60'000;
/// The last minutes of a filter in which an event matched: what its tasks of those minutes ask for.
constexpr const char* kMatched = "matched";
constexpr std::size_t kRemembered = 5;

bool has_matched(const region::Resource<MetricFilter>& filter, std::int64_t minute) {
  const Json* all = filter.own.find(kMatched);
  return all && std::ranges::any_of(all->items(), [&](const Json& one) { return one.as_int() == minute; });
}

}  // namespace

void DefaultValues::start() {
  store::handle<DefaultValueTask>(home_.tasks, [this](store::TaskRun& run, const DefaultValueTask& task) {
    run.finish([&](store::Tx& tx) {
      const auto filter = region::find<MetricFilter>(tx, task.filter);
      if (filter && !has_matched(*filter, task.minute)) put_default(home_, tx, *filter, {task.minute});
    });
  });
}

void note_arrival(region::Request& rq, region::Resource<MetricFilter> filter, bool matched) {
  const auto& all = *filter.shape.metric_transformations;
  if (std::ranges::none_of(all, [](const MetricTransformation& one) { return one.default_value.has_value(); })) return;
  const std::int64_t minute = rq.now().ms - rq.now().ms % kOneMinuteMs;
  if (has_matched(filter, minute)) return;
  if (!matched) {
    store::add_task(rq.home.tasks, rq.tx, DefaultValueTask{filter.id, minute}, filter.id + "/" + std::to_string(minute),
                    {minute + kOneMinuteMs});
    return;
  }
  Json minutes = filter.own.contains(kMatched) ? filter.own[kMatched] : Json::array();
  minutes.push_back(minute);
  if (minutes.size() > kRemembered) minutes.items().erase(minutes.items().begin());
  filter.own[kMatched] = std::move(minutes);
  region::update(rq.tx, filter);
}

}  // namespace hanbat::logs
