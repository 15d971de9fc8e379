/** The steps of a sign-in, each an answer to the browser. */
import * as oidc from 'openid-client';
import { notice } from './notice';
import { local, toSignIn } from './path';
import { callback as callbackUrl, provider, tokens } from './provider';
import { forget, held, keep, roles, session } from './session';
import type { Settings } from './settings';
import { Stopped } from './stopped';

const UNSAID_SECONDS = 60; // of a token whose lifetime the service leaves out, as it may

/** To the sign-in service, with the secrets by which its answer will be known. */
export async function login(settings: Settings, query: URLSearchParams): Promise<Response> {
  const service = await provider(settings);
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
  await keep({ pending: { state, nonce, verifier, to: local(query.get('to')) } }, settings);
  return to(
    oidc.buildAuthorizationUrl(service, {
      redirect_uri: callbackUrl(settings),
      scope: 'openid',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href,
  );
}

/** Back from there, and on to the page that was asked for. */
export async function callback(settings: Settings, query: URLSearchParams): Promise<Response> {
  const { pending } = await held();
  if (!pending || query.get('state') !== pending.state) {
    if (await session()) return to(`${settings.publicUrl}/`); // another window was faster, or this is the back button
    throw new Stopped(400, 'This sign-in is out of date: it was begun in another window, or too long ago.');
  }
  const granted = await tokens(settings, `?${query}`, pending);
  const { sub, name, preferred_username } = granted.claims() as oidc.IDToken; // there is one: its nonce was compared
  const username = String(preferred_username ?? sub);
  const since = Date.now();
  const expires = since + (granted.expires_in ?? UNSAID_SECONDS) * 1000;
  const [accessToken, idToken] = [granted.access_token, String(granted.id_token)];
  await keep({ session: { name: String(name ?? username), username, accessToken, idToken, since, expires } }, settings);
  return to(settings.publicUrl + pending.to);
}

/** Out of this portal first, then out of the sign-in service, which asks nobody when it is shown the ID token. */
export async function logout(settings: Settings): Promise<Response> {
  const { session } = await held();
  await forget(settings);
  if (!session) return to(`${settings.publicUrl}/`);
  const service = await provider(settings).catch((error) => {
    throw new Stopped(503, `You are signed out of this portal only. ${error.message}`);
  });
  return to(oidc.buildEndSessionUrl(service, { id_token_hint: session.idToken, post_logout_redirect_uri: `${settings.publicUrl}/` }).href);
}

/** For who is signed in, and not as somebody whom this portal is for. */
export async function refused(settings: Settings): Promise<Response> {
  const signedIn = await session();
  if (!signedIn) return to(settings.publicUrl + toSignIn('/'));
  if (roles(signedIn).includes(settings.role)) return to(`${settings.publicUrl}/`);
  return notice(
    403,
    'This portal is not for you',
    `You are signed in as ${signedIn.name} (${signedIn.username}), who does not have the role ${settings.role} that this portal wants.`,
    { label: 'Sign out, and in as someone else', path: '/auth/logout', post: true },
  );
}

function to(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
