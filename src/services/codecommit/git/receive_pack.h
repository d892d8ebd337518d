// The receiving side of a push. git's own programs index the pack and check that it is whole; the references are moved
// here, because they are rows that commit together with their events:
//
//   commands ─▶ pack into quarantine (index-pack) ─▶ whole? (rev-list) ─▶ objects move in ─▶ one transaction:
//                                                             references + events ─▶ report to the client
//
// A kill before the transaction leaves objects that nothing names; one after it leaves a push that is done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/codecommit/git/git_command.h"
#include "services/codecommit/references.h"

namespace hanbat::codecommit {

/// What a client asks for one reference, and what became of it.
struct PushCommand {
  ReferenceChange change;  // ids of forty zeros read as ""
  std::string refusal;     // "" = done
};

struct Push {
  std::vector<PushCommand> commands;
  bool report = false;     // the client wants to be told
  bool side_band = false;  // in a side band
  bool atomic = false;     // all or nothing
};

/// The lines that a push begins with. Throws http::Error 400.
Push read_commands(PacketReader& body);
/// Stores the pack that follows. What is wrong with it is the answer, "" when nothing; the objects are in the
/// repository only then.
std::string store_pack(PacketReader& body, const std::string& folder, const Push& push,
                       const WatchProcess& watch = nullptr);
/// Removes from a repository's folder the packs of pushes that died with their process; before any push.
void remove_quarantines(const std::string& folder);
/// The answer to the client, when it wants one. `unpacked` is store_pack's.
std::string report(const Push& push, const std::string& unpacked);
/// What receive-pack tells first: the references and what it can do.
std::string advertise(const std::vector<Reference>& references);

}  // namespace hanbat::codecommit
