// The counts of one place, over what counts for it. The book adds up what each has come to, and lies on the disk.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "host/tally.h"

namespace hanbat::host {

/// Not safe from several threads; its owner has a lock.
class CountBook {
 public:
  /// Reads the file, or begins a new book with an epoch of its own when there is none that can be read.
  explicit CountBook(std::string path);

  /// What `source` (a namespace, a worker) counts now, as Tally takes it.
  void observe(std::string_view source, const Tally::Values& values);
  /// All other sources have ended: what they counted stays.
  void keep(const std::set<std::string>& sources);
  /// Each count, over all sources.
  const Tally::Values& totals() const { return tally_.totals(); }
  const std::string& epoch() const { return epoch_; }
  /// What the owner keeps beside the counts.
  const std::string& about() const { return about_; }
  void set_about(std::string about);
  /// Forgets a count.
  void drop(const std::string& name);
  /// Writes the file when something has changed since it was read or written.
  void save();

 private:
  Json to_json() const;

  std::string path_;
  std::string epoch_;
  std::string about_;
  Tally tally_;
  bool changed_ = false;
};

}  // namespace hanbat::host
