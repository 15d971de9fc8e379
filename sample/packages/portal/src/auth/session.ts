/** Who is signed in, in one sealed cookie; there is nothing on the server. */
import { sealData, unsealData } from 'iron-session';
import { cookies } from 'next/headers';
import { faults, settings, type Settings } from './settings';
import { Stopped } from './stopped';

/** No refresh token: with it a browser would not keep the cookie. On expiry the single sign-on renews. */
export interface Session {
  name: string;
  username: string;
  accessToken: string;
  idToken: string;
  /** Both in milliseconds since 1970. */
  since: number;
  expires: number;
}

/** A sign-in that was begun. */
export interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  to: string;
}

/** One of them, or none. */
export interface Held {
  session?: Session;
  pending?: Pending;
}

const LARGEST = 4000; // of the 4096 bytes that a browser keeps, flags included

export async function held(): Promise<Held> {
  const jar = await cookies(); // first of all: it is this call that keeps Next.js from rendering a page at build time
  if (faults().length > 0) return {}; // the login says which
  const mine = settings();
  const sealed = jar.get(named(mine.client))?.value;
  return sealed ? unsealData<Held>(sealed, { password: password(mine) }).catch(() => ({})) : {};
}

/** Whoever is signed in still. */
export async function session(): Promise<Session | undefined> {
  const { session } = await held();
  return session && session.expires > Date.now() ? session : undefined;
}

/** They are read from the access token: written twice they would take room that the cookie does not have. */
export function roles({ accessToken }: Session): string[] {
  try {
    const { realm_access } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString());
    return Array.from(realm_access.roles);
  } catch {
    return []; // no roles, or a token that is nobody's business but the gateway's
  }
}

export async function keep(what: Held, to: Settings): Promise<void> {
  const sealed = await sealData(what, { password: password(to), ttl: 0 }); // a session knows its own end
  const size = named(to.client).length + sealed.length;
  if (size > LARGEST) {
    throw new Stopped(500, `What the sign-in service says of you has ${size} bytes when sealed, and a cookie holds ${LARGEST}: you have too many roles.`);
  }
  (await cookies()).set(named(to.client), sealed, flags(to));
}

export async function forget(of: Settings): Promise<void> {
  (await cookies()).set(named(of.client), '', { ...flags(of), maxAge: 0 });
}

/** Cookies ignore ports: the portals of one address have each a name of its own. */
function named(client: string): string {
  return `${client}-session`;
}

/** Of this portal alone: the portals of a stand share a secret, and a cookie is easily renamed. */
function password({ client, secret }: Settings): string {
  return `${client} ${secret}`;
}

function flags({ publicUrl }: Settings) {
  return { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), path: '/' } as const;
}
