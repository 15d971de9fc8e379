import { vi } from 'vitest';
import { ASKED } from '../auth/path';
import { keep, type Session } from '../auth/session';
import { settings } from '../auth/settings';
import { come } from './request';

/** The settings of a portal that stands as one does: plain HTTP, one address, Keycloak behind it. */
const GOOD = {
  OIDC_ISSUER: 'http://192.0.2.10:58080/realms/ois',
  OIDC_INTERNAL_URL: 'http://keycloak:8080/realms/ois',
  PUBLIC_URL: 'http://192.0.2.10:53001',
  SESSION_SECRET: 'a secret of the tests, long enough to seal',
  STAND_NAME: 'dev',
  OIDC_CLIENT: 'portal-issuer',
  OIDC_ROLE: 'issuer',
};

export function environment(changed: Partial<Record<keyof typeof GOOD, string>> = {}): void {
  for (const [name, value] of Object.entries({ ...GOOD, ...changed })) vi.stubEnv(name, value);
}

/** Somebody comes who was never here, and asks for this path. */
export function visit(path = '/', changed: Parameters<typeof environment>[0] = {}): void {
  environment(changed);
  come({ [ASKED]: path });
}

/** Somebody comes who signed in. */
export async function signIn(changed: Partial<Session> & { roles?: string[] } = {}, path = '/'): Promise<void> {
  visit(path);
  const { roles = ['issuer'], ...rest } = changed;
  const accessToken = `e30.${Buffer.from(JSON.stringify({ realm_access: { roles } })).toString('base64url')}.none`;
  const [since, expires] = [Date.now() - 60_000, Date.now() + 60_000];
  await keep({ session: { name: 'Anna Petrova', username: 'anna', accessToken, idToken: 'an.ID.token', since, expires, ...rest } }, settings());
}

/** Where a deed sends its visitor, as Next.js writes it into what `redirect` throws. */
export async function sentTo(deed: Promise<unknown>): Promise<string> {
  const { digest = '' } = await deed.then(
    () => ({}),
    (error) => error,
  );
  return String(digest).replace(/^NEXT_REDIRECT;\w+;(.*);\d+;$/, '$1');
}
