// The file that a backup is: a tar of the region's files, compressed with zstd and ended by a seal.
//
//   hanbat-backup.json   {"format": 1, "version", "time"}
//   region.db, secrets.key, admin-credentials.json, ca/…, blobs/…, codecommit/…, trail/…, host/restore/…
//   manifest.json        {"format": 1, "version", "time", "parts": [{"name", "size", "sha256"}], …}
//   seal                 a zstd skippable frame: 50 2A 4D 18, 28 00 00 00, "HANBAT 1", SHA-256 of all bytes before it
//
// `tar --zstd -tf` reads it as any other: a skippable frame is passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "os/fd.h"

struct archive;

namespace hanbat::cli {

inline constexpr int kBackupFormat = 1;
inline constexpr const char* kHeadName = "hanbat-backup.json";
inline constexpr const char* kManifestName = "manifest.json";

/// One file of a backup.
struct Part {
  std::string name;
  std::uint64_t size = 0;
  std::string sha256;  // hex
  Json to_json() const;
};

/// Writes a backup to a descriptor. Everything throws Failure or std::system_error; what was written is then no backup.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(int out);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// Adds an open file with its owner's name and mode, from its start, as long as it is now.
  Part add_file(const std::string& name, const Fd& file);
  Part add_bytes(const std::string& name, std::string_view bytes);
  /// Ends the archive and seals it.
  void finish();

 private:
  struct State;
  Part add(const std::string& name, std::uint64_t size, unsigned mode, unsigned uid,
           const std::function<std::size_t(char*, std::size_t)>& read);
  std::unique_ptr<State> state_;
};

/// Throws Failure unless the file ends in the seal of its own bytes: one that was cut short or changed does not. Reads
/// it once from start to end; `progress` gets the bytes read so far and in all.
void require_sealed(const std::string& path,
                    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress = {});

/// A file of a backup as it is read.
struct ReadEntry {
  std::string name;
  std::uint64_t size = 0;
  unsigned mode = 0;
  std::string owner;  // a user's name
  /// Fills the buffer; 0 at the end. Throws Failure.
  std::function<std::size_t(char*, std::size_t)> read;
};

/// Hands over the files one after the other. A name that does not stay below the folder it is unpacked in, and
/// everything but regular files, is refused with Failure.
void read_archive(const std::string& path, const std::function<void(const ReadEntry&)>& each);

}  // namespace hanbat::cli
