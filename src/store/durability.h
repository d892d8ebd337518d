// A database file as a file: who may open it, how it is copied while others write, and how a full disk is told from
// other troubles.
#pragma once

#include <exception>
#include <functional>
#include <span>
#include <string>

#include "store/database.h"

namespace hanbat::store {

/// The database was written by a newer version of the program.
struct NewerDatabase : DatabaseError {
  using DatabaseError::DatabaseError;
};

/// A change that found no room on the disk. Nothing of it is there; the next one may succeed.
struct DatabaseFull : DatabaseError {
  using DatabaseError::DatabaseError;
};

/// Whether an exception of the store or of a system call says that the disk is full.
bool is_disk_full(const std::exception& error);

/// Throws NewerDatabase when the SQLite database at the path has steps that are not among `all`, which are all that the
/// program knows; DatabaseError when it is no database of ours. It is opened for reading only and stays as it is, byte
/// for byte. None there is fine.
void require_not_newer(const std::string& path, std::span<const Migration> all);

/// Copies a SQLite database, to which another process may be writing, as it is at one moment into a new file (0600).
/// Throws DatabaseError.
void copy_sqlite(const std::string& from, const std::string& to);

/// Reads a SQLite database that another process holds, as it is at one moment. Throws DatabaseError.
void read_sqlite(const std::string& path, const std::function<void(Tx&)>& body);

}  // namespace hanbat::store
