/** The one guard of a portal: without what it returns nothing reaches the gateway. */
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { ASKED, local, toSignIn } from './path';
import { roles, session } from './session';
import { settings } from './settings';

const JUST_NOW = 10_000; // milliseconds

/** The access token of who asks; somebody who has none is sent to sign in, somebody of another role is told so. */
export async function token(): Promise<string> {
  const signedIn = await session();
  if (!signedIn) return signIn();
  if (!roles(signedIn).includes(settings().role)) redirect('/auth/refused');
  return signedIn.accessToken;
}

/** After the gateway took no token: sign in again. Where that was done just now it would go on for ever. */
export async function renew(): Promise<void> {
  const signedIn = await session();
  if (!signedIn || Date.now() - signedIn.since >= JUST_NOW) await signIn();
}

async function signIn(): Promise<never> {
  redirect(toSignIn(local((await headers()).get(ASKED))));
}
