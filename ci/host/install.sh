# Puts one file beside the others, whole or not at all; an older one stays under its own name with a stamp.
directory=$1 name=$2 stamp=$3 text=$4

mkdir -p "$directory" && cd "$directory" || exit 1
# Containers, whoever they run as, read what lies beside the compose file; nobody else reads the secrets.
if [ "$name" = .env ]; then umask 077; else umask 022; fi
printf '%s' "$text" >"$name.partial" || exit 1
if [ -f "$name" ]; then
  cp -p "$name" "$name.$stamp" || exit 1
  # What git leaves empty is the host's own, and so is what git does not name.
  if [ "$name" = .env ]; then
    awk -F= '
    FNR == NR { if (/^[^#].*=/) { old[$1] = $0; order[++count] = $1 } next }
    /^[^#].*=$/ && $1 in old { print old[$1]; seen[$1]; next }
    { print; seen[$1] }
    END { for (i = 1; i <= count; i++) if (!(order[i] in seen)) print old[order[i]] }
  ' "$name.$stamp" "$name.partial" >"$name.merged" && mv "$name.merged" "$name.partial" || exit 1
  fi
fi
sync "$name.partial" && mv "$name.partial" "$name"
