// The commands of `hanbat`, one function each. They print to standard output and throw Failure when they cannot.
#pragma once

#include <string>
#include <vector>

#include "main/cli/browser.h"
#include "main/cli/form.h"
#include "main/cli/home.h"
#include "main/cli/listen.h"

namespace hanbat::cli {

/// Starts the region, or says that it runs already; builds and brings in machine images that are missing. `edge`: the
/// range that a new region's edge is to have; "" for the default. What stands in the way is told before anything is
/// touched. `listen`: where and as what it is open to a local network.
void up(const Home& home, const std::string& edge, const ListenWish& listen);
/// Takes everything down and proves that nothing is left; the data stays.
void down(const Home& home);
void status(const Home& home, Form form);
/// Prints shell lines that point the AWS CLI, the SDKs and git at the region.
void print_env(const std::string& region, const Home& home);

/// Prints an address that signs a browser in to the web console, once, as the caller of the environment's credentials,
/// or else as the administrator; opens it where there is a screen.
void console(const Home& home, const std::string& region, Browser browser);

/// Has this machine take the region for AWS: its CA goes into the CA store, the names of its endpoints into /etc/hosts.
/// Says each step; done twice it changes nothing. `root` is the folder that stands for /.
void trust(const Home& home, const std::vector<std::string>& regions, const std::string& root);
/// Takes back what trust put, and nothing else.
void untrust(const std::string& root);
/// Prints what is there. Returns whether this machine takes the region for AWS.
bool print_trust(const Home& home, const std::string& root);

enum class Follow { kNo, kYes };
/// Prints the last lines of a log ("hanbatd", "hostd", "images"), and with kYes what is added to it, until interrupted.
void logs(const Home& home, const std::string& name, int lines, Follow follow);

enum class Confirm { kAsk, kAlreadyGiven };
/// Takes the region down and deletes its data.
void reset(const Home& home, Confirm confirm);
enum class Machines { kTake, kLeaveOut };
/// Copies the region, running or not, as of one moment into one file of mode 0600 ("-": standard output). With
/// kLeaveOut, and where there is no host side, without the disks of machines and the images.
void backup(const Home& home, const std::string& file, Machines machines);

enum class Replace { kNo, kMoveAside };
/// Makes the state folder of a backup. A file that was cut short or changed, or that a newer version wrote, is refused
/// with nothing changed; so is a folder with a region in it, unless that is to be moved aside.
void restore(const Home& home, const std::string& file, Replace replace);

/// Makes one file that installs the package (of the build folder when none is named), what it needs and the machine
/// images on a machine without a network.
void make_bundle(const Home& home, const std::string& file, const std::string& package);

/// Tells what the machine lacks and how to get it. Returns whether all that is needed is there.
bool doctor(const Home& home, Form form);

/// Builds the named machine images (all without names) from their recipes and hands them to a running region.
void build_images(const Home& home, const std::vector<std::string>& names);
/// Brings a root filesystem from an OCI layout, archive or registry, or from a simplestreams server ("images:ALIAS"; of
/// `server`, or of Incus's own with ""), into the region as the image of that name.
void import_image(const Home& home, const std::string& source, const std::string& name, const std::string& server);
/// Puts an archive of a prefix (with bin/) onto the shelf of runtimes, in the place of what is there.
void add_runtime(const Home& home, const std::string& name, const std::string& version, const std::string& archive);
void remove_runtime(const Home& home, const std::string& name, const std::string& version);
/// Prints name, version and source of what is on the shelf.
void list_runtimes(const Home& home, Form form);
/// Puts what Dockerfiles call `name` onto the shelf of base images, from where skopeo finds `source`.
void add_base_image(const Home& home, const std::string& name, const std::string& source);
void remove_base_image(const Home& home, const std::string& name);
/// Prints name and source of what is on the shelf, and which mirrors are asked.
void list_base_images(const Home& home, Form form);
/// Has what is of a registry fetched from another address ("https://mirror.example"); from itself again with "".
void set_base_image_mirror(const Home& home, const std::string& registry, const std::string& url);

}  // namespace hanbat::cli
