// hanbat: the command line that starts, stops and shows a region, by the table of its commands.
#include <iostream>
#include <string>
#include <vector>

#include "main/cli/look_up.h"
#include "main/cli/table/complete.h"
#include "main/cli/tables.h"

int main(int argc, char** argv) {
  using namespace hanbat::cli;
  try {
    // What the shells ask; the words behind it are another command line, not ours.
    if (argc > 1 && std::string(argv[1]) == "__complete") {
      std::cout << to_lines(complete(all_commands(), {argv + 2, argv + argc}, look_up));
      return 0;
    }
    return run_command(about_hanbat(), all_commands(), argc, argv);
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "hanbat: " << error.what() << "\n";
    return 1;
  }
}
