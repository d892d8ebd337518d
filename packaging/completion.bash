# Completion of hanbat for bash.
_hanbat() {
  local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-}
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "backup bundle console doctor down env image logs reset restore status task trust up --help --version" -- "$current")
    return
  fi
  case "$command" in
    backup) mapfile -t COMPREPLY < <(compgen -W "--without-machines" -- "$current"; compgen -f -- "$current") ;;
    restore) mapfile -t COMPREPLY < <(compgen -W "--force" -- "$current"; compgen -f -- "$current") ;;
    bundle) mapfile -t COMPREPLY < <(compgen -W "--package" -- "$current"; compgen -f -- "$current") ;;
    env) mapfile -t COMPREPLY < <(compgen -W "--region" -- "$current") ;;
    console) mapfile -t COMPREPLY < <(compgen -W "--region --no-browser" -- "$current") ;;
    logs) mapfile -t COMPREPLY < <(compgen -W "hanbatd hostd images --follow --lines" -- "$current") ;;
    trust) mapfile -t COMPREPLY < <(compgen -W "--region --remove --status --root" -- "$current") ;;
    reset) mapfile -t COMPREPLY < <(compgen -W "--yes" -- "$current") ;;
    task)
      if [ "$COMP_CWORD" = 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W "check collect extend mark new pause resume solve start status stop" -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W "--competitor --all --item --here --key --language --json --by --jobs --to" -- "$current"; compgen -d -- "$current")
      fi
      ;;
    image)
      if [ "$COMP_CWORD" = 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W "base build import runtime" -- "$current")
      elif [ "${COMP_WORDS[2]}" = runtime ]; then
        mapfile -t COMPREPLY < <(compgen -W "add list remove" -- "$current"; compgen -f -- "$current")
      elif [ "${COMP_WORDS[2]}" = base ]; then
        mapfile -t COMPREPLY < <(compgen -W "add list mirror remove" -- "$current"; compgen -f -- "$current")
      elif [ "${COMP_WORDS[2]}" = build ]; then
        mapfile -t COMPREPLY < <(compgen -W "amzn2 codebuild" -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W "--as --server images: oci: oci-archive: docker-archive: docker://" -- "$current")
      fi
      ;;
  esac
}
complete -F _hanbat hanbat
