// Whether an event is one that a pattern wants: the event's values by their paths, and the search for elements of its
// arrays that fit together.
#include <algorithm>

#include "services/events/rules/pattern.h"

namespace hanbat::events {
namespace {

constexpr int kDeepestEvent = 1000;
constexpr int kMostSteps = 100'000;  // of the search

}  // namespace

FlatEvent::FlatEvent(const Json& event) {
  Elements elements;
  if (event.is_object()) add_object(event, "", elements, 0);
}

void FlatEvent::add_object(const Json& object, const std::string& prefix, Elements& elements, int depth) {
  for (const auto& [name, value] : object.members())
    add(value, prefix.empty() ? name : prefix + '.' + name, elements, depth + 1);
}

void FlatEvent::add(const Json& value, const std::string& path, Elements& elements, int depth) {
  if (depth > kDeepestEvent) return;
  if (value.is_object()) return add_object(value, path, elements, depth);
  if (!value.is_array()) {
    values_[path].push_back({&value, elements});
    return;
  }
  const int array = arrays_++;
  int index = 0;
  for (const Json& item : value.items()) {
    const bool holds_more = item.is_object() || item.is_array();
    if (holds_more) elements.emplace_back(array, index);
    add(item, path, elements, depth + 1);
    if (holds_more) elements.pop_back();
    ++index;
  }
}

const std::vector<FlatEvent::Value>& FlatEvent::at(const std::string& path) const {
  static const std::vector<Value> kNone;
  const auto found = values_.find(path);
  return found == values_.end() ? kNone : found->second;
}

namespace {

// The places of the values that a leaf would take; one that lies in no array, or a leaf that wants nothing there, asks
// nothing of the others and is told as an empty place.
std::vector<Elements> places_for(const std::vector<LeafTest>& leaf, const std::vector<FlatEvent::Value>& values) {
  std::vector<Elements> places;
  for (const LeafTest& test : leaf) {
    if (test.kind == LeafTest::Kind::kAbsent && values.empty()) return {Elements{}};
    for (const FlatEvent::Value& value : values)
      if (test.kind != LeafTest::Kind::kAbsent && test.holds(*value.json)) places.push_back(value.elements);
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (!places.empty() && places.front().empty()) return {Elements{}};
  return places;
}

// Chooses a place for each leaf so that no two are in different elements of one array. Gives up, as no match, after
// kMostSteps: a pattern of many leaves against an event of many nested arrays, both made to be slow.
class Fitting {
 public:
  explicit Fitting(std::vector<std::vector<Elements>> choices) : choices_(std::move(choices)) {
    std::sort(choices_.begin(), choices_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  }

  bool fits(std::size_t next = 0) {
    if (next == choices_.size()) return true;
    for (const Elements& place : choices_[next]) {
      if (++steps_ > kMostSteps) return false;
      std::vector<int> taken;
      bool agrees = true;
      for (const auto& [array, index] : place) {
        const auto [at, fresh] = chosen_.emplace(array, index);
        if (fresh) taken.push_back(array);
        agrees = agrees && at->second == index;
      }
      if (agrees && fits(next + 1)) return true;
      for (const int array : taken) chosen_.erase(array);
    }
    return false;
  }

 private:
  std::vector<std::vector<Elements>> choices_;
  std::map<int, int> chosen_;
  int steps_ = 0;
};

}  // namespace

bool Pattern::matches(const FlatEvent& event) const {
  return std::any_of(branches_.begin(), branches_.end(), [&](const Leaves& leaves) {
    std::vector<std::vector<Elements>> choices;
    for (const auto& [path, leaf] : leaves) {
      std::vector<Elements> places = places_for(leaf, event.at(path));
      if (places.empty()) return false;
      if (places != std::vector<Elements>{Elements{}}) choices.push_back(std::move(places));
    }
    return Fitting(std::move(choices)).fits();
  });
}

}  // namespace hanbat::events
