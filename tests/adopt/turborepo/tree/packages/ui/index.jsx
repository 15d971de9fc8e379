export function Brand() {
  return <b>{process.env.NEXT_PUBLIC_BRAND}</b>;
}
