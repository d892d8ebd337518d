// The counts of one place, over what counts for it: the kernel's counters begin anew with a namespace, HAProxy's with a
// worker. The book adds up what each has come to, and lies on the disk.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::host {

/// Not safe from several threads; its owner has a lock.
class CountBook {
 public:
  /// Reads the file, or begins a new book with an epoch of its own when there is none that can be read.
  explicit CountBook(std::string path);

  /// What `source` (a namespace, a worker) counts now. A source of another name, or a value that fell, is a beginning
  /// anew: what was counted before stays. What is not among the values keeps what it had.
  void observe(std::string_view source, const std::map<std::string, std::int64_t>& values);
  /// Each count, over all sources.
  const std::map<std::string, std::int64_t>& totals() const { return totals_; }
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
  std::string source_;
  std::map<std::string, std::int64_t> seen_;    // the source's values at the last look
  std::map<std::string, std::int64_t> totals_;  // of all sources
  bool changed_ = false;
};

}  // namespace hanbat::host
