// The completion scripts of the three shells. Each asks `hanbat __complete` with what has been typed, so that none of
// them knows a command by name.
#include "main/cli/table/complete.h"

namespace hanbat::cli {
namespace {

// The line is read anew, as bash itself splits words at ":" and "=", which ids of builds have; what it keeps of such a
// word is cut from the answers.
constexpr const char* kBash = R"(# Completion of hanbat for bash: hanbat itself says what may follow.
_hanbat() {
  local typed="${COMP_LINE:0:COMP_POINT}" current kept line
  local -a words
  read -ra words <<< "$typed"
  [[ $typed != *[[:space:]] ]] || words+=("")
  current="${words[-1]}"
  kept=""
  [[ $current != *[:=]* ]] || kept="${current%"${current##*[:=]}"}"
  COMPREPLY=()
  while IFS=$'\t' read -r line _; do
    case "$line" in
      :files) compopt -o filenames; while read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "${current#"$kept"}") ;;
      :folders) compopt -o filenames; while read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "${current#"$kept"}") ;;
      *) COMPREPLY+=("${line#"$kept"}") ;;
    esac
  done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _hanbat hanbat
)";

constexpr const char* kZsh = R"(#compdef hanbat
# Completion of hanbat for zsh: hanbat itself says what may follow.
_hanbat() {
  local line
  local -a answers described
  answers=("${(@f)$(${~words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $answers; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      *$'\t'*) described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
      ?*) described+=("${line//:/\\:}") ;;
    esac
  done
  (( ! $#described )) || _describe hanbat described
}
if [ "$funcstack[1]" = _hanbat ]; then _hanbat "$@"; else compdef _hanbat hanbat; fi
)";

constexpr const char* kFish = R"(# Completion of hanbat for fish: hanbat itself says what may follow.
function __hanbat_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path $current
            case ':folders'
                __fish_complete_directories $current
            case '*'
                echo $line
        end
    end
end
complete -c hanbat -f -a '(__hanbat_complete)'
)";

}  // namespace

std::string completion_script(const std::string& shell) {
  return shell == "zsh" ? kZsh : shell == "fish" ? kFish : kBash;
}

}  // namespace hanbat::cli
