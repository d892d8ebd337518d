// What sshd takes for the list of users (LD_PRELOAD): every SSH key id is one, and nobody else. sshd knows a login by
// the operating system's users alone; the users here are IAM's, and their number and names change with every call.
// Whether there is such a key is not asked here but when sshd asks for the login's public keys. sshd runs without
// rights, as one user, so all of these are that user.
#include <pwd.h>
#include <unistd.h>

#include <cstring>

extern "C" struct passwd* getpwnam(const char* name) {
  static char known_name[129];
  static char password[] = "x", nothing[] = "", folder[] = "/", shell[] = "/bin/sh";
  static passwd entry;
  const std::size_t size = std::strlen(name);
  if (size < 16 || size >= sizeof known_name || std::strncmp(name, "APKA", 4) != 0) return nullptr;
  if (std::strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != size) return nullptr;
  std::memcpy(known_name, name, size + 1);
  entry.pw_name = known_name;
  entry.pw_passwd = password;
  entry.pw_uid = ::getuid();
  entry.pw_gid = ::getgid();
  entry.pw_gecos = nothing;
  entry.pw_dir = folder;
  entry.pw_shell = shell;
  return &entry;
}
