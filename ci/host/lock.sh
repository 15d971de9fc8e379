# Whether a switch holds the lock, seen without touching it.
locked() {
  [ -f .releases/lock ] && grep -q ":$(stat -c %i .releases/lock) " /proc/locks
}
