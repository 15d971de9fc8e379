/** Paths of a portal, as one page hands them on to another. */

/** The header in which the middleware tells a page what it was asked for. */
export const ASKED = 'x-asked-path';

const HERE = 'http://portal.invalid';
const LONGEST = 1000; // it travels in a cookie

/** A path of this portal; `/` for whatever else came from outside. */
export function local(to: string | null | undefined): string {
  if (!to?.startsWith('/') || to.length > LONGEST || !URL.canParse(to, HERE)) return '/';
  const { origin, pathname, search } = new URL(to, HERE);
  const elsewhere = origin !== HERE || pathname.startsWith('//') || pathname.startsWith('/auth/');
  return elsewhere ? '/' : pathname + search;
}

export function toSignIn(to: string): string {
  return `/auth/login?to=${encodeURIComponent(to)}`;
}
